import { describe, expect, it } from 'vitest'
import { orGoError } from '../../src/go/error.ts'
import { foldKey, type GoField, type GoType, struct } from '../../src/go/struct.ts'
import { readStruct } from '../../src/go/struct-read.ts'
import { writeStruct } from '../../src/go/struct-write.ts'
import { zeroTime } from '../../src/go/time.ts'

const field = (key: string, type: GoType, omitEmpty = false): GoField => ({ name: key, key, type, omitEmpty })
const inner = struct([field('type', { is: 'text' }), field('ids', { is: 'texts' }, true)])
const type = struct([
  field('Text', { is: 'text' }),
  field('Flag', { is: 'flag' }, true),
  field('Size', { is: 'int64', nullable: false }, true),
  field('Timeout', { is: 'int64', nullable: true }, true),
  field('Created', { is: 'time', nullable: false }),
  field('Null', { is: 'time', nullable: true }),
  field('Env', { is: 'texts' }),
  field('Cmd', { is: 'words' }),
  field('Ports', { is: 'set' }, true),
  field('Labels', { is: 'map' }),
  field('Pointer', { is: 'struct', of: inner, nullable: true }, true),
  field('List', { is: 'structs', of: inner }, true),
])

const read = (text: string) => readStruct(type, text)
const failing = (text: string) => orGoError(() => read(text))

describe('readStruct', () => {
  it('T15: keys match exactly, else without case, and by the two letters that fold to K and S', () => {
    expect(read('{"TEXT":"a","cREATED":"2020-01-01T00:00:00Z","\\u017fIZE":3}')).toMatchObject({ Text: 'a', Size: 3 })
    expect(foldKey('\u212aey')).toBe('key')
  })

  it('T16, spec 2.3: repeated keys apply in order, merge into pointers, and null clears', () => {
    expect(read('{"Text":"a","Text":"b"}')).toMatchObject({ Text: 'b' })
    expect(read('{"Pointer":{"ids":["x"]},"Pointer":{"type":"z"}}')).toMatchObject({
      Pointer: { type: 'z', ids: ['x'] },
    })
    expect(read('{"Labels":{"a":"1"},"Labels":{"b":"2"}}')).toMatchObject({ Labels: { a: '1', b: '2' } })
    expect(read('{"Pointer":{},"Pointer":null,"Env":["x"],"Env":null}')).toMatchObject({
      Pointer: undefined,
      Env: undefined,
    })
  })

  it('a list finds again what a shorter one before it left in memory', () => {
    const texts = (json: string) => (read(`{${json}}`) as { readonly Env: unknown }).Env
    expect(texts('"Env":["a","b"],"env":["c"],"Env":["d",null]')).toEqual(['d', 'b'])
    expect(texts('"Env":["a","b","c"],"Env":["d"],"Env":["e",null],"Env":[null,null,null]')).toEqual(['e', 'b', 'c'])
    expect(texts('"Env":["a","b"],"Env":[],"Env":["d",null]')).toEqual(['d', ''])
    expect(texts('"Env":["a","b"],"Env":null,"Env":["d",null]')).toEqual(['d', ''])
  })

  it('null leaves plain values as they are', () => {
    expect(read('{"Text":"a","Text":null,"Flag":null,"Size":null,"Created":null}')).toMatchObject({
      Text: 'a',
      Flag: false,
      Size: 0,
      Created: zeroTime,
    })
    expect(read('null')).toBeUndefined()
  })

  it('T14, spec 1.2: words may be one string; null inside a list is an empty one', () => {
    expect(read('{"Cmd":"a b"}')).toMatchObject({ Cmd: ['a b'] })
    expect(read('{"Cmd":""}')).toMatchObject({ Cmd: [''] })
    expect(read('{"Cmd":["a",null]}')).toMatchObject({ Cmd: ['a', ''] })
    expect(read('{"Cmd":[],"Env":null}')).toMatchObject({ Cmd: [], Env: undefined })
  })

  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['-0', 0],
  ])('reads the int64 %s in one form, however the document is written', (digits, value) => {
    expect(read(`{"Size":${digits}}`)).toMatchObject({ Size: value })
    expect(read(`{ "Size": ${digits} }`)).toMatchObject({ Size: value })
  })

  it.each([
    '{"Size":1.5}',
    '{"Size":1e3}',
    '{"Size":1e+21}',
    '{"Size":100000000000000000000}',
    '{"Size":9223372036854775808}',
    '{"Size":"1"}',
    '{"Text":5}',
    '{"Flag":"true"}',
    '{"Env":"a"}',
    '{"Cmd":["a",1]}',
    '{"Cmd":{}}',
    '{"Labels":[]}',
    '{"Labels":{"a":1}}',
    '{"Ports":{"80":1}}',
    '{"Pointer":[]}',
    '{"List":{}}',
    '[]',
  ])('spec 2.3: %s has a wrong type', (text) => {
    expect(failing(text)).toMatchObject({ kind: 'json-type' })
  })

  it.each(['{"Created":5}', '{"Created":""}', '{"Created":"2020-01-01T00:00:00\\u005a"}'])(
    'T13: %s has no time',
    (text) => {
      expect(failing(text)).toMatchObject({ kind: 'time-parse' })
    },
  )

  it('goes on after a wrong type, so that a later time is what is told', () => {
    expect(failing('{"Text":5,"Created":""}')).toMatchObject({ kind: 'time-parse' })
  })

  it('keeps a key named __proto__ as any other', () => {
    const value = read('{"Labels":{"__proto__":"x"}}')!
    expect(writeStruct(type, value, 'long')).toContain('"Labels":{"__proto__":"x"}')
  })
})

describe('writeStruct', () => {
  const write = (value: object) => writeStruct(type, value as never, 'long')

  it('spec 2.1.3: zero values are left out only where the field says so', () => {
    expect(write({})).toBe(
      '{"Text":"","Created":"0001-01-01T00:00:00Z","Null":null,"Env":null,"Cmd":null,"Labels":null}',
    )
  })

  it('T06, spec 2.1.4: empty is not nil, and a pointer to zero is written', () => {
    expect(write({ Env: [], Cmd: [], Ports: {}, Labels: {}, Timeout: 0, Pointer: {}, List: [] })).toBe(
      '{"Text":"","Timeout":0,"Created":"0001-01-01T00:00:00Z","Null":null,"Env":[],"Cmd":[],"Labels":{},"Pointer":{"type":""}}',
    )
  })

  it('T07, spec 2.1.5: keys of maps ascend by their bytes, invalid ones too, before they are replaced', () => {
    expect(write({ Labels: { b: '', a: '', Z: '', é: '', 'a b': '', '🐳': '', '～': '', '\udc80': '' } })).toContain(
      '"Labels":{"Z":"","a":"","a b":"","b":"","\\ufffd":"","é":"","～":"","🐳":""}',
    )
  })

  it('spec 2.1.9: integers are plain decimal', () => {
    expect(write({ Size: 9223372036854775807n, Timeout: -1 })).toContain('"Size":9223372036854775807,"Timeout":-1,')
  })
})
