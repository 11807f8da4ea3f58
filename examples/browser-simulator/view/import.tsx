import { type ImportedImage, importArchive } from 'layerfold/import'
import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { momentAt, withNext } from '../model/state.ts'
import { showSize } from '../model/upload.ts'
import type { Act } from './app.tsx'

export type Progress =
  | { readonly kind: 'idle' }
  | { readonly kind: 'reading'; readonly name: string; readonly bytes: number; readonly of: number }
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'failed'; readonly text: string }

export interface Importing {
  readonly progress: Progress
  readonly start: (file: File) => Promise<void>
  readonly stop: () => void
}

/** Reads a `docker save` archive into the images that are shown. What it gives is a new moment. */
export function useImport(act: Act): Importing {
  const [progress, setProgress] = useState<Progress>({ kind: 'idle' })
  const running = useRef<AbortController>(null)
  const start = async (file: File): Promise<void> => {
    running.current?.abort()
    const own = new AbortController()
    running.current = own
    const tell = (bytes: number): void => setProgress({ kind: 'reading', name: file.name, bytes, of: file.size })
    tell(0)
    try {
      const text = await addArchive(act, file, { signal: own.signal, onProgress: paced(tell) })
      setProgress({ kind: 'done', text })
    } catch (problem) {
      if (own.signal.aborted) return
      setProgress({ kind: 'failed', text: problem instanceof Error ? problem.message : String(problem) })
    }
  }
  const stop = (): void => {
    running.current?.abort()
    setProgress({ kind: 'idle' })
  }
  return { progress, start, stop }
}

/** The archive is read once, and what it gave is added to the state as it is by then. */
async function addArchive(
  act: Act,
  file: File,
  options: { signal: AbortSignal; onProgress: (bytes: number) => void },
): Promise<string> {
  let now: Parameters<Parameters<Act>[0]>[0] | undefined
  act((state) => {
    now = state
    return state
  })
  const [images, imported] = await importArchive(momentAt(now!).images, file, options)
  act((state) => withNext(state, { label: `Images of ${file.name}`, images }))
  return `${file.name}: ${namesOf(imported)}`
}

function namesOf(imported: readonly ImportedImage[]): string {
  const tags = imported.flatMap((each) => each.tags)
  return `${imported.length} image${imported.length === 1 ? '' : 's'}${tags.length > 0 ? `, ${tags.join(', ')}` : ''}`
}

/** Not more often than the screen shows it. */
function paced(tell: (bytes: number) => void): (bytes: number) => void {
  let last = 0
  return (bytes) => {
    const now = performance.now()
    if (now - last < 50) return
    last = now
    tell(bytes)
  }
}

export function ImportStatus({ importing: { progress, stop } }: { importing: Importing }): VNode | null {
  switch (progress.kind) {
    case 'idle':
      return null
    case 'reading':
      return (
        <p class="progress">
          <progress
            aria-label={`Reading ${progress.name}`}
            max={Math.max(progress.of, progress.bytes, 1)}
            value={progress.bytes}
          />
          <span class="quiet">{showSize(progress.bytes)}</span>
          <button type="button" class="inline" onClick={stop}>
            Stop
          </button>
        </p>
      )
    case 'done':
      return (
        <p class="quiet" role="status">
          {progress.text}
        </p>
      )
    case 'failed':
      return (
        <p class="fault" role="alert">
          {progress.text}
        </p>
      )
  }
}
