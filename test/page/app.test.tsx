// @vitest-environment happy-dom
import { render } from 'preact'
import { useState } from 'preact/hooks'
import { act as settle } from 'preact/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { samples } from '../../examples/browser-simulator/model/samples.ts'
import type { State } from '../../examples/browser-simulator/model/state.ts'
import { App } from '../../examples/browser-simulator/view/app.tsx'

let root: HTMLElement

function Page({ start }: { start: State }) {
  const [state, setState] = useState(start)
  return <App state={state} act={setState} />
}

function open(name: string): void {
  const { make } = samples.find((each) => each.name === name)!
  settle(() => render(<Page start={make()} />, root))
}

beforeEach(() => {
  root = document.createElement('div')
  document.body.append(root)
})

afterEach(() => {
  settle(() => render(null, root))
  root.remove()
})

const all = (selector: string): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(selector)]
const words = (): string[] => all('.verdict .word').map(({ textContent }) => textContent ?? '')
const byText = (text: string): HTMLElement =>
  all('button, label').find((each) => each.textContent?.trim() === text || each.getAttribute('aria-label') === text)!
const panel = (): string => root.querySelector('.work > .step')!.textContent ?? ''

function click(target: HTMLElement): void {
  settle(() => void target.dispatchEvent(new MouseEvent('click', { bubbles: true })))
}

function type(label: string, value: string): void {
  const field = root.querySelector<HTMLTextAreaElement>(`[aria-label="${label}"], [id="flag-${label}"]`)!
  settle(() => {
    field.value = value
    field.dispatchEvent(new Event('input', { bubbles: true }))
  })
}

async function rest(ms = 200): Promise<void> {
  await settle(() => new Promise<void>((done) => setTimeout(done, ms)))
}

describe('the page', () => {
  it('writes a verdict beside each line, as it is typed', () => {
    open('copy-too-early')
    expect(words()).toEqual(['base', 'HIT', 'MISS', 'not probed', 'not probed', 'not probed'])
    type('Dockerfile', 'FROM node:20\nWORKDIR /app\nWORKDIR /b\n')
    expect(words()).toEqual(['base', 'HIT', 'MISS'])
    type('Dockerfile', 'FROM node:20\nNOPE\n')
    expect(words()).toEqual(['error'])
    expect(root.querySelector('.summary')!.textContent).toContain('unknown instruction: NOPE')
    expect(byText('Build').hasAttribute('disabled')).toBe(true)
  })

  it('tells of the step: the sentence, the difference, the candidates, the config', async () => {
    open('arg-before-run')
    await rest()
    expect(panel()).toContain('Step 3 of 6')
    expect(panel()).toContain('Build argument VERSION was “1.0” and is now “1.1”.')
    expect(root.querySelector('.fix')!.textContent).toContain('declare it right before')
    expect([root.querySelector('del')!.textContent, root.querySelector('ins')!.textContent]).toEqual(['0', '1'])
    expect(all('.candidates li')).toHaveLength(1)
    expect(all('.config th').map(({ textContent }) => textContent)).toEqual(['parent', 'Env', 'Cmd', 'Image'])
    click(byText('Step before'))
    expect(panel()).toContain('A local image was made from the same parent by the same step.')
  })

  it('builds: what was predicted is there, and hits', () => {
    open('copy-too-early')
    expect(root.querySelector('.count')!.textContent).toBe('6')
    click(byText('Build'))
    expect(words().slice(1)).toEqual(['HIT', 'HIT', 'HIT', 'HIT', 'HIT'])
    expect(root.querySelector('.count')!.textContent).toBe('10')
    expect(all('.moment')).toHaveLength(3)
    click(byText('Back'))
    expect(words()[2]).toBe('MISS')
    click(byText('Forth'))
    expect(words()[2]).toBe('HIT')
  })

  it('edits, adds and removes context files', () => {
    open('umask')
    expect(words()[1]).toBe('MISS')
    type('Mode of site/index.html, octal', '644')
    type('Mode of site/style.css, octal', '64')
    expect(words()[1]).toBe('MISS')
    expect(root.querySelector('[aria-label="Mode of site/style.css, octal"]')!.getAttribute('aria-invalid')).toBe(
      'true',
    )
    type('Mode of site/style.css, octal', '644')
    expect(words()[1]).toBe('HIT')
    type('Path of a new file', 'site/new.txt')
    settle(
      () => void root.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true })),
    )
    expect(words()[1]).toBe('MISS')
    type('Content of site/new.txt', 'more')
    click(byText('Remove site/new.txt'))
    expect(words()[1]).toBe('HIT')
  })

  it('says what is wrong with a flag below it', () => {
    open('umask')
    type('--target', 'ghost')
    expect(root.querySelector('#note---target')!.textContent).toBe('failed to reach build target ghost in Dockerfile')
    type('--target', '')
    type('--cache-from', 'nothing:here')
    expect(root.querySelector('#note---cache-from')!.textContent).toBe('No such image: nothing:here')
    type('--tag', 'UPPER')
    expect(root.querySelector('#note---tag')!.textContent).toContain('lowercase')
    type('--build-arg', 'UNUSED=1')
    expect(root.querySelector('#note---build-arg')!.textContent).toContain('UNUSED')
  })

  it('offers a stand-in for a base that is not there', () => {
    open('umask')
    type('Dockerfile', 'FROM ghost:1\nRUN a\n')
    click(byText('Put an empty stand-in for ghost:1 here'))
    expect(words()).toEqual(['base', 'MISS'])
  })

  it('shows what BuildKit and Buildah say, had they done the last build', async () => {
    open('copy-too-early')
    await rest(600)
    const rows = all('.engines tbody tr').map(({ textContent }) => textContent ?? '')
    expect(rows.filter((row) => /^Build/.test(row)).map((row) => row.slice(0, 12))).toEqual([
      'BuildKit of ',
      'BuildKit 0.1',
      'Buildah 1.28',
    ])
    click(byText('BuildKit of 20.10'))
    expect(words()).toEqual(['base', 'HIT', 'MISS', 'MISS', 'MISS', 'no step'])
  })

  it('shows what each Docker release says', async () => {
    open('cache-from-tail')
    await rest(900)
    const rows = all('.engines tbody tr').map((row) => [...row.querySelectorAll('td')].map((cell) => cell.title))
    expect(rows[0]).toEqual(['base', 'HIT restored', 'HIT restored', 'HIT restored', 'MISS', 'not probed'])
    expect(rows[1]!.at(-1)).toBe('HIT source')
    expect(all('.verdict .differ').map(({ textContent }) => textContent)).toEqual(['', '', '', '', '≠', '≠'])
    click(byText('1.13'))
    expect(words()[4]).toBe('MISS')
  })

  it('draws the images, selects by keys, removes', () => {
    open('copy-too-early')
    expect(all('[role="treeitem"]')).toHaveLength(6)
    expect(all('.node.is-used')).toHaveLength(2)
    const tree = root.querySelector<HTMLElement>('[role="tree"]')!
    const press = (key: string): void => {
      settle(() => void tree.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })))
    }
    press('ArrowRight')
    press('ArrowRight')
    expect(root.querySelector('.node.is-selected')!.getAttribute('aria-label')).toBe('WORKDIR /app, reused')
    expect(root.querySelector('.inspector')!.textContent).toContain('WORKDIR /app')
    click(byText('Remove'))
    expect(words()[1]).toBe('MISS')
  })

  it('compares two moments', () => {
    open('copy-too-early')
    const select = root.querySelector<HTMLSelectElement>('#compare')!
    settle(() => {
      select.value = '1'
      select.dispatchEvent(new Event('change', { bubbles: true }))
    })
    expect(root.querySelector('.compared')!.textContent).toContain('src/index.js has another content')
    expect(root.querySelector('.compared')!.textContent).toContain('RUN npm ci')
  })
})
