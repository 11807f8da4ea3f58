import { shortID } from 'layerfold'
import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { type Comparison, compareMoments, isNothing } from '../model/compare.ts'
import { back, forth, momentAt, type State, withNext, withoutMoment } from '../model/state.ts'
import { madeBy } from '../model/step.ts'
import { placeMoments } from '../model/timeline.ts'
import type { Act } from './app.tsx'

/** Every build, import and removal, with its forks: to go to, and to compare. */
export function Timeline({ state, act }: { state: State; act: Act }): VNode {
  const { moments, at } = state
  const placed = useMemo(() => placeMoments(moments), [moments])
  const [with_, setWith] = useState('')
  const now = momentAt(state)
  const other = moments.find(({ id }) => id === with_ && id !== at)
  const hasNext = moments.some(({ parent }) => parent === at)
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!event.altKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return
      event.preventDefault()
      act(event.key === 'ArrowLeft' ? back : forth)
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [act])
  return (
    <section class="panel timeline" aria-labelledby="timeline-title">
      <div class="panel-head">
        <h2 id="timeline-title">Timeline</h2>
        <div class="pair">
          <button
            type="button"
            class="icon"
            aria-label="Back"
            title="Back (Alt + ←)"
            disabled={now.parent === undefined}
            onClick={() => act(back)}
          >
            ←
          </button>
          <button
            type="button"
            class="icon"
            aria-label="Forth"
            title="Forth (Alt + →)"
            disabled={!hasNext}
            onClick={() => act(forth)}
          >
            →
          </button>
          <button type="button" onClick={() => act((each) => withNext(each, { label: 'Fork' }))}>
            Fork
          </button>
          <button type="button" disabled={moments.length < 2} onClick={() => act(withoutMoment)}>
            Forget
          </button>
        </div>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section class="moments-frame" tabIndex={0} aria-label="Moments">
        <ol class="moments">
          {placed.map(({ moment, column, row, drop }) => (
            <li
              key={moment.id}
              style={{ gridColumn: column + 1, gridRow: row + 1, '--drop': drop }}
              class={column === 0 ? 'first' : drop > 0 ? 'fork' : ''}
            >
              <button
                type="button"
                class="moment"
                aria-current={moment.id === at ? 'step' : undefined}
                onClick={() => act((each) => ({ ...each, at: moment.id }))}
              >
                <span class="number">{moment.id}</span> {moment.label}
              </button>
            </li>
          ))}
        </ol>
      </section>
      <div class="compare">
        <label for="compare">Compare with</label>
        <select id="compare" value={other?.id ?? ''} onChange={({ currentTarget }) => setWith(currentTarget.value)}>
          <option value="">nothing</option>
          {moments.map(({ id, label }) =>
            id === at ? null : (
              <option key={id} value={id}>
                {id} {label}
              </option>
            ),
          )}
        </select>
      </div>
      {other !== undefined && (
        <Compared
          comparison={compareMoments(other, now)}
          nameOf={(id) => madeBy(now.images.images && hasIn(now, id) ? now.images : other.images, id)}
        />
      )}
    </section>
  )
}

function hasIn({ images }: ReturnType<typeof momentAt>, id: string): boolean {
  return madeBy(images, id) !== shortID(id)
}

function Compared({ comparison, nameOf }: { comparison: Comparison; nameOf: (id: string) => string }): VNode {
  const { added, removed, tags, dockerfile, files, flags } = comparison
  if (isNothing(comparison)) return <p class="quiet">The two are the same.</p>
  return (
    <div class="compared">
      <ul>
        {added.map((id) => (
          <li key={id}>
            + <code>{shortID(id)}</code> <code class="made-by">{nameOf(id)}</code>
          </li>
        ))}
        {removed.map((id) => (
          <li key={id}>
            − <code>{shortID(id)}</code> <code class="made-by">{nameOf(id)}</code>
          </li>
        ))}
        {tags.map(({ name, to }) => (
          <li key={name}>
            <code>{name}</code>{' '}
            {to === undefined ? (
              'is gone'
            ) : (
              <>
                → <code>{shortID(to)}</code>
              </>
            )}
          </li>
        ))}
        {files.map(({ path, what }) => (
          <li key={path}>
            <code>{path}</code> {what === 'content' || what === 'mode' ? `has another ${what}` : `is ${what}`}
          </li>
        ))}
        {flags.map(({ name, was, now }) => (
          <li key={name}>
            {name}: <del>{was || 'none'}</del> <ins>{now || 'none'}</ins>
          </li>
        ))}
      </ul>
      {dockerfile.length > 0 && (
        <pre class="lines">
          {dockerfile.map(({ kind, text }, index) => (
            <span key={`${index} ${text}`} class={`line-${kind}`}>
              {{ same: ' ', gone: '−', new: '+' }[kind]} {text}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
    </div>
  )
}
