/** How far a long piece of work is. */
export interface Progress {
  readonly phase: 'reading' | 'building' | 'writing'
  /** Images. */
  readonly done: number
  readonly total: number
}

export interface WorkOptions {
  readonly onProgress?: (progress: Progress) => void
  /** Once it is aborted, the work stops at the next thousand images and rejects with the signal's reason. What was stored stays as it was. */
  readonly signal?: AbortSignal | undefined
}

/** Says how far the work is, lets everything else run, and stops if that is wished. */
export async function pause({ onProgress, signal }: WorkOptions, progress: Progress): Promise<void> {
  onProgress?.(progress)
  await new Promise((resolve) => setTimeout(resolve, 0))
  signal?.throwIfAborted()
}
