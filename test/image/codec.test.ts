import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/digest/digest.ts'
import { orGoError } from '../../src/go/error.ts'
import { decodeConfig, decodeImage, encodeImage } from '../../src/image/codec.ts'
import type { Generation } from '../../src/image/generation.ts'
import { shape1_13, shape20_10, shape25, shape26, shape29 } from '../../src/image/generations.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const decode = (text: string, shape: Generation = shape20_10) => decodeImage(bytes(text), shape)
const again = (text: string, shape: Generation, keys: 'sorted' | 'declared' = 'sorted') =>
  new TextDecoder().decode(encodeImage(decode(text, shape), shape, keys))

const ZERO_CONFIG =
  '{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":null,"Image":"","Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null}'

describe('decodeImage', () => {
  it.each(['{}', 'null', '{"rootfs":null}'])('T01, T02: %s has no rootfs', (text) => {
    expect(orGoError(() => decode(text))).toMatchObject({
      kind: 'no-rootfs',
      message: 'invalid image JSON, no RootFS key',
    })
    expect(orGoError(() => decode(text, shape1_13))).toMatchObject({ message: 'Invalid image JSON, no RootFS key.' })
  })

  it('T14: Cmd may be a string up to 28', () => {
    const text = '{"rootfs":{},"config":{"Cmd":"a b"}}'
    expect(decode(text, shape26).config?.Cmd).toEqual(['a b'])
    expect(orGoError(() => decode(text, shape29))).toMatchObject({ kind: 'json-type' })
  })

  it('T05, spec 2.2: an absent time is zero up to 24 and null since', () => {
    expect(decode('{"rootfs":{}}').created).toMatchObject({ seconds: -62135596800 })
    expect(decode('{"rootfs":{},"created":null}', shape25).created).toBeUndefined()
  })

  it('spec 1.3: knows the fields of its generation', () => {
    const health = '{"Healthcheck":{"StartPeriod":1,"StartInterval":2,"Retries":3}}'
    expect(decodeConfig(health, shape1_13)?.Healthcheck).not.toHaveProperty('StartPeriod')
    expect(decodeConfig(health, shape20_10)?.Healthcheck).toMatchObject({ StartPeriod: 1, Retries: 3 })
    expect(decodeConfig(health, shape20_10)?.Healthcheck).not.toHaveProperty('StartInterval')
    expect(decodeConfig(health, shape25)?.Healthcheck).toMatchObject({ StartPeriod: 1, StartInterval: 2 })
  })
})

describe('encodeImage', () => {
  it('T05, spec 1.2: the zero image', () => {
    const rest = `"container_config":${ZERO_CONFIG},"created":`
    expect(again('{"rootfs":{}}', shape20_10)).toBe(`{${rest}"0001-01-01T00:00:00Z","rootfs":{"type":""}}`)
    expect(again('{"rootfs":{}}', shape25)).toBe(`{${rest}null,"rootfs":{"type":""}}`)
    expect(again('{"rootfs":{}}', shape29)).toBe(`{${rest}null,"rootfs":{"type":""}}`.replace('"OnBuild":null,', ''))
  })

  it('T04, spec 1.7: keys ascend, or stand as declared', () => {
    const text =
      '{"variant":"v8","os":"linux","author":"a","comment":"c","architecture":"arm64","Size":1,"os.version":"7","rootfs":{"type":"layers"},"created":"2020-01-02T03:04:05.120+00:00"}'
    const keys = (json: string) => Object.keys(JSON.parse(json)).join()
    expect(keys(again(text, shape20_10))).toBe(
      'Size,architecture,author,comment,container_config,created,os,os.version,rootfs,variant',
    )
    expect(keys(again(text, shape26, 'declared'))).toBe(
      'comment,created,container_config,author,architecture,variant,os,Size,rootfs,os.version',
    )
    expect(again(text, shape20_10)).toContain('"created":"2020-01-02T03:04:05.12Z"')
  })

  it('T18: the order of author and created_by changed with 25.0', () => {
    const text = '{"rootfs":{},"history":[{"author":"a","created_by":"b","created":"2020-01-01T00:00:00Z"}]}'
    expect(again(text, shape20_10)).toContain('[{"created":"2020-01-01T00:00:00Z","author":"a","created_by":"b"}]')
    expect(again(text, shape25)).toContain('[{"created":"2020-01-01T00:00:00Z","created_by":"b","author":"a"}]')
    expect(again('{"rootfs":{},"history":[{}]}', shape20_10)).toContain('[{"created":"0001-01-01T00:00:00Z"}]')
    expect(again('{"rootfs":{},"history":[{}]}', shape25)).toContain('"history":[{}]')
  })

  it('T17: unknown keys are lost, and MacAddress is with 29', () => {
    const text = '{"foo":1,"rootfs":{"bar":2},"config":{"MacAddress":"m"}}'
    expect(again(text, shape20_10)).not.toMatch(/foo|bar/)
    expect(again(text, shape26)).toContain('"MacAddress":"m"')
    expect(again(text, shape29)).not.toContain('MacAddress')
  })

  it('G2, spec 9.8: bytes of a real 20.10.24 daemon come back as they were', () => {
    const config = (hostname: string, cmd: string, labels: string) =>
      ZERO_CONFIG.replace('"Hostname":""', `"Hostname":"${hostname}"`)
        .replace(
          '"Env":null',
          '"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","FOO=bar","BAZ=a b"]',
        )
        .replace('"Cmd":null', `"Cmd":${cmd}`)
        .replace('"Image":""', '"Image":"sha256:1ed26804fde66949c5782fd9c8ae4e252e07b38b7ecfc5c66ceeff7baf30f381"')
        .replace('"Labels":null', `"Labels":${labels}`)
    const text = `{"architecture":"amd64","config":${config('', 'null', 'null')},"container":"19485da09323b8be648b75d5f806b2754b84842d8ce7e62485083297e563dd95","container_config":${config('19485da09323', '["/bin/sh","-c","#(nop) ","ENV FOO=bar BAZ=a b"]', '{}')},"created":"2026-11-24T01:49:31.28916097Z","docker_version":"20.10.24+dfsg1","history":[{"created":"2026-11-24T01:49:30.976786493Z","comment":"Imported from -"},{"created":"2026-11-24T01:49:31.28916097Z","created_by":"/bin/sh -c #(nop)  ENV FOO=bar BAZ=a b","empty_layer":true}],"os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:dbe0e4a4ea06a1d8124579e3b2ff1764ad52b14d2ee6389c19b8cb3a562da895"]}}`
    expect(digestOf(bytes(text))).toBe('sha256:b1a9764100fa9d79aa13a22d2ebc4a0cbf004f75ba68b678dd1898b4cf2eed8c')
    expect(again(text, shape20_10)).toBe(text)
  })
})
