/** The page starts: from a link, from what was saved, or from the first scenario. */
import { render, type VNode } from 'preact'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { fromFragment } from './model/link.ts'
import { samples } from './model/samples.ts'
import { type State, withMoments } from './model/state.ts'
import { load, save } from './saved.ts'
import { openTabs } from './tabs.ts'
import { type Act, App } from './view/app.tsx'

interface Start {
  readonly state: State
  readonly fault: string | undefined
}

const WAIT = 250

/** Keeps the state: saves it when it rests, and takes over what another tab has saved. */
function Kept({ start }: { start: Start }): VNode {
  const [state, setState] = useState(start.state)
  const [fault, setFault] = useState(start.fault)
  const saved = useRef(start.state)
  const tabs = useRef<ReturnType<typeof openTabs>>(null)
  const act: Act = useCallback((change) => setState(change), [])
  useEffect(() => {
    const own = openTabs(() => {
      load().then((found) => {
        if (found === undefined) return
        saved.current = found
        setState(found)
      }, tell)
    })
    tabs.current = own
    return own.close
  }, [])
  useEffect(() => {
    if (state === saved.current) return
    const timer = setTimeout(() => {
      saved.current = state
      save(state).then(() => tabs.current?.tell(), tell)
    }, WAIT)
    return () => clearTimeout(timer)
  }, [state])
  const tell = (problem: unknown): void => setFault(problem instanceof Error ? problem.message : String(problem))
  return (
    <>
      {fault !== undefined && (
        <p class="fault banner" role="alert">
          {fault}
        </p>
      )}
      <App state={state} act={act} />
    </>
  )
}

async function begin(): Promise<Start> {
  const fallback = samples[0]!.make()
  try {
    const state = (await load()) ?? fallback
    const linked = await fromFragment(location.hash)
    if (linked === undefined) return { state, fault: undefined }
    history.replaceState(null, '', location.pathname + location.search)
    return { state: withMoments(state, linked), fault: undefined }
  } catch (problem) {
    return { state: fallback, fault: problem instanceof Error ? problem.message : String(problem) }
  }
}

begin().then((start) => render(<Kept start={start} />, document.getElementById('page')!))
