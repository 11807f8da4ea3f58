import { GoError } from '../go/error.ts'
import type { GoStruct, Value } from '../go/struct.ts'
import { readStruct } from '../go/struct-read.ts'
import { writeMembers } from '../go/struct-write.ts'
import { compareText, readGoString, writeGoString } from '../go/text.ts'
import type { Config } from './config.ts'
import { configStruct, type Generation, imageStruct } from './generation.ts'
import type { Image } from './image.ts'

/** What every decoded image is: without `rootfs` it is refused. */
export type ImageWithRootFS = Image & { readonly rootfs: NonNullable<Image['rootfs']> }

/**
 * moby's image.NewFromJSON: an image config, as its bytes or as their text (`readGoString`), as that generation decodes it. Throws a GoError: `json-syntax`,
 * `json-type`, `time-parse`, or `no-rootfs` (spec 1.8). The bytes stay the truth; unknown keys are dropped here.
 */
export function decodeImage(json: Uint8Array | string, generation: Generation): ImageWithRootFS {
  const image = decodeImageWithoutRule(json, generation)
  if (image?.rootfs === undefined) throw new GoError('no-rootfs', noRootFS(generation))
  return image as ImageWithRootFS
}

/** The same without the rule that there is a `rootfs`; `undefined` for the document `null`. */
export function decodeImageWithoutRule(json: Uint8Array | string, generation: Generation): Image | undefined {
  const text = typeof json === 'string' ? json : readGoString(json)
  const value = readStruct(imageStruct(generation), text) as Image | undefined
  return value === undefined || generation.variant ? value : { ...value, variant: '' }
}

function noRootFS({ errors }: Generation): string {
  return errors === 'bare' ? 'Invalid image JSON, no RootFS key.' : 'invalid image JSON, no RootFS key'
}

/**
 * The bytes that Go writes for an image: top-level keys `sorted` (moby's Image.MarshalJSON), or `declared` in the struct's order (the same struct passed by
 * value, spec 1.7). Throws a `json-marshal` GoError for a time that JSON cannot hold.
 */
export function encodeImage(image: Image, generation: Generation, keys: 'sorted' | 'declared'): Uint8Array {
  const type: GoStruct = imageStruct(generation)
  const members = writeMembers(type, image as unknown as Value, generation.controls).slice()
  if (keys === 'sorted') members.sort(([a], [b]) => compareText(a, b))
  return writeGoString(`{${members.map(([, text]) => text).join(',')}}`)
}

/** A container config from JSON text, as Go decodes it; `undefined` for `null`. Throws a GoError like `decodeImage`. */
export function decodeConfig(text: string, generation: Generation): Config | undefined {
  return readStruct(configStruct(generation), text) as Config | undefined
}
