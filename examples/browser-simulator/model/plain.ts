/** The state as plain data: what is kept, sent to another tab, written to a file and put into a link. Images are written once, as what each moment adds. */
import { applyChanges, type Change, changesBetween, emptyStore, type ImageStore } from 'layerfold'
import { isEngineName } from 'layerfold/predict'
import { type Inputs, type Moment, momentAt, noFlags, type PageFile, type State } from './state.ts'

export interface PlainMoment extends Omit<Moment, 'images'> {
  /** From the parent's store, or from an empty one. */
  readonly changes: readonly Change[]
}

export interface PlainState {
  readonly format: 'layerfold-simulator-1'
  readonly moments: readonly PlainMoment[]
  readonly at: string
}

export function toPlain({ moments, at }: State): PlainState {
  const stores = new Map(moments.map(({ id, images }) => [id, images]))
  return {
    format: 'layerfold-simulator-1',
    moments: moments.map((each) => plainMoment(each, stores.get(each.parent ?? ''))),
    at,
  }
}

/** `parent`: the images of its parent. */
export function plainMoment({ images, ...rest }: Moment, parent: ImageStore | undefined): PlainMoment {
  return { ...rest, changes: changesBetween(parent ?? emptyStore(), images) }
}

/** Throws an Error that says what is wrong with the data. */
export function fromPlain(plain: PlainState): State {
  if (plain?.format !== 'layerfold-simulator-1') throw new Error('This is not a file of the simulator.')
  const stores = new Map<string, ImageStore>()
  const moments = plain.moments.map(({ changes, ...rest }): Moment => {
    const images = applyChanges(stores.get(rest.parent ?? '') ?? emptyStore(), changes)
    stores.set(rest.id, images)
    return { ...rest, parent: rest.parent, images, built: checked(rest.built), draft: checked(rest.draft) }
  })
  if (moments.length === 0) throw new Error('There is no moment in it.')
  return { moments, at: moments.some(({ id }) => id === plain.at) ? plain.at : moments[moments.length - 1]!.id }
}

function checked({ dockerfile, files, flags }: Inputs): Inputs {
  const fine = Object.values(files).every(
    ({ content, mode }: PageFile) => content !== undefined && Number.isInteger(mode),
  )
  if (typeof dockerfile !== 'string' || !fine) throw new Error('A Dockerfile or a file is missing in it.')
  const engine = isEngineName(flags.engine) ? flags.engine : noFlags.engine
  return { dockerfile, files, flags: { ...noFlags, ...flags, engine } }
}

/** Only what is shown now, without how it came about. */
export function onlyNow(state: State): State {
  const { note, ...now } = momentAt(state)
  return { moments: [{ ...now, parent: undefined, ...(note !== undefined && { note }) }], at: now.id }
}

/** JSON in which bytes are text where they are UTF-8, and base64 else. */
export function toJSON(plain: PlainState): string {
  return JSON.stringify(plain, (_, value) => (value instanceof Uint8Array ? writeBytes(value) : value))
}

/** Throws an Error that says what is wrong. */
export function fromJSON(text: string): PlainState {
  try {
    return JSON.parse(text, (_, value) => (isBytes(value) ? readBytes(value) : value)) as PlainState
  } catch (error) {
    throw new Error(`This is not a file of the simulator: ${error instanceof Error ? error.message : error}`)
  }
}

type WrittenBytes = { readonly $utf8: string } | { readonly $base64: string }

function isBytes(value: unknown): value is WrittenBytes {
  return typeof value === 'object' && value !== null && ('$utf8' in value || '$base64' in value)
}

function writeBytes(bytes: Uint8Array): WrittenBytes {
  try {
    return { $utf8: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { $base64: toBase64(bytes) }
  }
}

function readBytes(written: WrittenBytes): Uint8Array {
  return '$utf8' in written ? new TextEncoder().encode(written.$utf8) : fromBase64(written.$base64)
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}
