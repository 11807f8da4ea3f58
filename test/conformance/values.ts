import { sameConfig } from '../../src/cache/compare.ts'
import { digestOf } from '../../src/digest/digest.ts'
import { GoError, orGoError } from '../../src/go/error.ts'
import { type Int64, int64Of, setOwn } from '../../src/go/struct.ts'
import { readGoString } from '../../src/go/text.ts'
import { type Time, zeroTime } from '../../src/go/time.ts'
import { decodeConfig, decodeImage, encodeImage } from '../../src/image/codec.ts'
import type { Config } from '../../src/image/config.ts'
import type { Generation } from '../../src/image/generation.ts'
import type { Image } from '../../src/image/image.ts'
import { type Platform, platformOrLowerMinor } from '../../src/image/platform.ts'
import { chainID, type DiffID } from '../../src/image/rootfs.ts'
import { generationOf } from './generations.ts'
import { differences, fromBase64, type Replay, toBase64, type Verdict } from './vector.ts'

interface CompareCase {
  readonly name: string
  readonly a: unknown
  readonly b: unknown
  readonly result: boolean
}

/** compare: moby's compare(a, b). */
export const replayCompare: Replay = ({ json }) => {
  const generation = generationOf(json['column'])
  const fields = json['column'] === '25' ? 'full' : 'legacy'
  return (json['cases'] as CompareCase[]).map(({ name, a, b, result }) => {
    const [stored, step] = [a, b].map((config) => decodeConfig(JSON.stringify(config), generation)) as [
      Config?,
      Config?,
    ]
    const replayed = stored !== undefined && step !== undefined && sameConfig(fields, stored, step)
    return { name, differences: differences({ result }, { result: replayed }) }
  })
}

interface OCIPlatform {
  readonly os?: string
  readonly architecture?: string
  readonly variant?: string
  readonly 'os.version'?: string
  readonly 'os.features'?: readonly string[]
}

export function readPlatform(platform: OCIPlatform): Platform {
  const { os, architecture, variant, 'os.version': osVersion, 'os.features': osFeatures } = platform
  return { os, architecture, variant, osVersion, osFeatures }
}

/** platform: moby's comparePlatform(builder, image) on a Linux host. */
export const replayPlatform: Replay = ({ json }) =>
  (json['cases'] as { name: string; builder: OCIPlatform; image: OCIPlatform; result: boolean }[]).map((each) => {
    const result = platformOrLowerMinor(readPlatform(each.builder), readPlatform(each.image))
    return { name: each.name, differences: differences({ result: each.result }, { result }) }
  })

/** chainid: RootFS.ChainID(). */
export const replayChainID: Replay = ({ json }) =>
  (json['cases'] as { name: string; diff_ids?: DiffID[]; chain_id?: string }[]).map((each) => ({
    name: each.name,
    differences: differences({ chain: each.chain_id ?? '' }, { chain: chainID({ diffIDs: each.diff_ids }) ?? '' }),
  }))

interface MarshalCase {
  readonly name: string
  readonly kind: 'struct' | 'roundtrip'
  readonly input?: Neutral
  readonly raw_b64?: string
  readonly error_kind?: string
  readonly [output: string]: unknown
}

/** marshal: json.Marshal of an image, by pointer and by value, and with Go 1.22's escapes. */
export const replayMarshal: Replay = ({ json }) => {
  const generation = generationOf(json['column'])
  return (json['cases'] as MarshalCase[]).map((each) => replayMarshalCase(each, generation, json['column'] === '25'))
}

function replayMarshalCase(each: MarshalCase, generation: Generation, byValue: boolean): Verdict {
  const outputs = (escapes: Generation, prefix: string): Record<string, unknown> | GoError =>
    orGoError(() => {
      const image =
        each.kind === 'struct' ? readNeutral(each.input!, escapes) : decodeImage(fromBase64(each.raw_b64!), escapes)
      const pointer = encodeImage(image, escapes, 'sorted')
      const value = encodeImage(image, escapes, 'declared')
      return {
        [`${prefix}bytes_b64`]: toBase64(pointer),
        [`${prefix}id`]: digestOf(pointer),
        ...(byValue && { [`${prefix}value_bytes_b64`]: toBase64(value), [`${prefix}value_id`]: digestOf(value) }),
      }
    })
  const plain = outputs(generation, '')
  if (plain instanceof GoError) {
    return {
      name: each.name,
      differences: differences({ kind: each.error_kind }, { kind: plain.kind.replaceAll('-', '_') }),
    }
  }
  const modern = each['go122_id'] === undefined ? {} : outputs({ ...generation, controls: 'short' }, 'go122_')
  const { name, kind, note, input, raw_b64, ...recorded } = each
  return { name, differences: differences(recorded, { ...plain, ...modern }) }
}

type Text = string | { readonly b64: string }
type Neutral = Readonly<Record<string, unknown>>

const text = (value: unknown): string =>
  value === undefined
    ? ''
    : typeof value === 'string'
      ? value
      : readGoString(fromBase64((value as { b64: string }).b64))
const texts = (value: unknown): string[] | undefined => (value == null ? undefined : (value as Text[]).map(text))
const int64 = (value: unknown): Int64 => int64Of(BigInt((value as string) ?? 0))

function record(entries: readonly (readonly [Text, unknown])[] | null | undefined): Record<string, never> | undefined {
  if (entries == null) return undefined
  const made: Record<string, never> = {}
  for (const [key, value] of entries) setOwn(made, text(key), value)
  return made
}

/** FORMAT: "a neutral image: keys are the Go field names". */
function readNeutral(input: Neutral, generation: Generation): Image {
  const rootfs = input['RootFS'] as Neutral | null | undefined
  return {
    id: text(input['ID']),
    comment: text(input['Comment']),
    created: readTimeField(input['Created'], generation),
    container: text(input['Container']),
    containerConfig: readConfig((input['ContainerConfig'] as Neutral) ?? {}),
    dockerVersion: text(input['DockerVersion']),
    author: text(input['Author']),
    config: input['Config'] == null ? undefined : readConfig(input['Config'] as Neutral),
    architecture: text(input['Architecture']),
    variant: text(input['Variant']),
    os: text(input['OS']),
    size: int64(input['Size']),
    parent: text(input['Parent']),
    rootfs:
      rootfs == null
        ? undefined
        : { type: text(rootfs['Type']), diffIDs: texts(rootfs['DiffIDs']) as DiffID[] | undefined },
    history: (input['History'] as Neutral[] | null | undefined)?.map((entry) => ({
      created: readTimeField(entry['Created'], generation),
      author: text(entry['Author']),
      createdBy: text(entry['CreatedBy']),
      comment: text(entry['Comment']),
      emptyLayer: entry['EmptyLayer'] === true,
    })),
    osVersion: text(input['OSVersion']),
    osFeatures: texts(input['OSFeatures']),
  }
}

/** FORMAT's times may have years that RFC 3339 cannot say. */
function readTimeField(value: unknown, { createdNullable }: Generation): Time | undefined {
  if (value == null) return createdNullable ? undefined : zeroTime
  const [, year, rest, fraction, zone] = /^(-?\d+)-(\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(
    String(value),
  )!
  const sign = Number(year) < 0 ? '-' : '+'
  const local = Date.parse(`${sign}${String(Math.abs(Number(year))).padStart(6, '0')}-${rest}Z`) / 1000
  const offset =
    zone === 'Z' ? 0 : (zone![0] === '-' ? -1 : 1) * (Number(zone!.slice(1, 3)) * 3600 + Number(zone!.slice(4)) * 60)
  return { seconds: local - offset, nanos: Number((fraction ?? '').padEnd(9, '0')), zone: zone === 'Z' ? 'Z' : offset }
}

function readConfig(input: Neutral): Config {
  const config: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(input)) config[key] = readConfigField(key, value)
  return config as Config
}

function readConfigField(key: string, value: unknown): unknown {
  if (key === 'Healthcheck') return value == null ? undefined : readHealth(value as Neutral)
  if (key === 'StopTimeout') return value == null ? undefined : int64(value)
  if (key === 'Labels') return record((value as [Text, Text][] | null)?.map(([name, label]) => [name, text(label)]))
  if (key === 'ExposedPorts' || key === 'Volumes') return record((value as Text[] | null)?.map((name) => [name, {}]))
  if (value === null || Array.isArray(value)) return texts(value)
  return typeof value === 'boolean' ? value : text(value)
}

function readHealth(input: Neutral): Config['Healthcheck'] {
  const { Test, ...times } = input
  return {
    Test: texts(Test),
    ...Object.fromEntries(Object.entries(times).map(([name, value]) => [name, int64(value)])),
  }
}
