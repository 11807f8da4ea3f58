import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { LONGEST_LINK, toFragment } from '../model/link.ts'
import { fromJSON, fromPlain, toJSON, toPlain } from '../model/plain.ts'
import { samples } from '../model/samples.ts'
import { type State, withMoments } from '../model/state.ts'
import { showSize } from '../model/upload.ts'
import type { Act } from './app.tsx'

interface Said {
  readonly text: string
  readonly isFault?: boolean
}

/** Scenarios to start from, and ways to hand a case on. */
export function Header({ state, act, onLoad }: { state: State; act: Act; onLoad: () => void }): VNode {
  const [said, setSaid] = useState<Said>({ text: '' })
  const load = (from: State): void => {
    act((now) => withMoments(now, from))
    onLoad()
  }
  const copyLink = async (): Promise<void> => {
    const fragment = await toFragment(state)
    if (fragment.length > LONGEST_LINK) {
      const text = `A link would have ${showSize(fragment.length)}, which is too long to be sent. Export a file instead.`
      return setSaid({ text, isFault: true })
    }
    const link = `${location.href.replace(/#.*/, '')}#${fragment}`
    const text = await navigator.clipboard.writeText(link).then(
      () => 'The link is in the clipboard: it holds the whole case.',
      () => 'The clipboard is not allowed here: the link is in the address bar.',
    )
    history.replaceState(null, '', `#${fragment}`)
    setSaid({ text })
  }
  const importFile = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    try {
      load(fromPlain(fromJSON(await file.text())))
      setSaid({ text: `${file.name} stands on the timeline.` })
    } catch (problem) {
      setSaid({ text: problem instanceof Error ? problem.message : String(problem), isFault: true })
    }
  }
  return (
    <header>
      <div class="brand">
        <h1>layerfold</h1>
        <p class="quiet">What would this Docker build reuse, and why not?</p>
      </div>
      <div class="share">
        <button type="button" onClick={copyLink}>
          Copy link
        </button>
        <button type="button" onClick={() => exportFile(state)}>
          Export
        </button>
        <label class="button">
          Import
          <input
            type="file"
            class="hidden"
            accept=".json,application/json"
            onChange={({ currentTarget }) => {
              importFile(currentTarget.files?.[0]).finally(() => {
                currentTarget.value = ''
              })
            }}
          />
        </label>
      </div>
      <nav aria-label="Scenarios">
        <span class="quiet">Start from</span>
        {samples.map(({ name, title, make }) => (
          <button key={name} type="button" class="chip" onClick={() => load(make())}>
            {title}
          </button>
        ))}
      </nav>
      <p class={said.isFault ? 'said fault' : 'said quiet'} role="status">
        {said.text}
      </p>
    </header>
  )
}

function exportFile(state: State): void {
  const url = URL.createObjectURL(new Blob([toJSON(toPlain(state))], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'layerfold-case.json'
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
