import type { Generation } from '../../src/image/generation.ts'
import { shape1_13, shape20_10, shape25, shape26 } from '../../src/image/generations.ts'

/** The generation of each column of the recordings, with the version that the recorded build called itself (FORMAT: `library-import`). */
export function generationOf(column: unknown): Generation {
  const shape = { '1.13': shape1_13, '20.10': shape20_10, '25.0.17': shape25, '25': shape26 }[String(column)]
  if (shape === undefined) throw new Error(`unknown column: ${column}`)
  // Column 25 is v28.5.2's code built with Go 1.19, whose encoder writes \u0008 and \u000c.
  return { ...shape, dockerVersion: 'library-import', controls: 'long' }
}
