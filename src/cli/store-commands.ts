import { readFile, writeFile } from 'node:fs/promises'
import { shortID } from '../digest/digest.ts'
import { writeTime } from '../go/time.ts'
import type { ImageID } from '../image/image.ts'
import { allImages, childrenOf, findImage, parentOf } from '../store/read.ts'
import type { ImageStore } from '../store/store.ts'
import { allTags } from '../store/tags.ts'
import { type Call, type Command, flag, HELP, JSON_OUT, operandsOf, STORE, text } from './command.ts'
import { loadArchive, storeDir } from './images.ts'
import { badInput, colored, type Io, log, plain, print, printJSON, table } from './io.ts'
import { storeFile } from './store-file.ts'

export const importCommand: Command = {
  name: 'import',
  operands: 'FILE…',
  summary: 'Keep the images of docker save files in the store',
  options: {
    'skip-layers': { type: 'boolean', help: 'Do not verify the digests of layers: much faster' },
    ...STORE,
    ...JSON_OUT,
    ...HELP,
  },
  examples: ['layerfold import app.tar', 'docker save app base | layerfold import -'],
  run: runImport,
}

export const lsCommand: Command = {
  name: 'ls',
  operands: '',
  summary: 'The images of the store',
  options: { ...STORE, ...JSON_OUT, ...HELP },
  examples: ['layerfold ls', "layerfold ls --json | jq -r '.[].id'"],
  run: runLs,
}

export const treeCommand: Command = {
  name: 'tree',
  operands: '',
  summary: 'The same, each under its parent',
  options: { ...STORE, ...JSON_OUT, ...HELP },
  examples: ['layerfold tree'],
  run: runTree,
}

export const snapshotCommand: Command = {
  name: 'snapshot',
  operands: '',
  summary: 'The whole store as one file; or put one in its place',
  options: {
    output: { type: 'string', short: 'o', value: 'FILE', help: 'Where to write it (default: standard output)' },
    restore: { type: 'string', value: 'FILE', help: 'Make this snapshot the store' },
    ...STORE,
    ...HELP,
  },
  examples: ['layerfold snapshot -o images.snapshot', 'layerfold snapshot --restore images.snapshot --store other'],
  run: runSnapshot,
}

async function runImport(call: Call, io: Io): Promise<number> {
  const files = operandsOf(call, 1, Number.POSITIVE_INFINITY, 'import [OPTIONS] FILE…')
  const dir = storeDir(call, io)
  const before = await storeFile.load(dir)
  let store = before
  const imported = []
  for (const file of files) {
    const [next, images] = await loadArchive(store, file, io, flag(call, 'skip-layers') ? 'skip' : 'verify')
    store = next
    imported.push(...images)
  }
  await storeFile.save(dir, store, before)
  if (flag(call, 'json'))
    await printJSON(
      io,
      imported.map(({ id, tags, parent }) => ({ id, tags, parent })),
    )
  else await print(io, table(imported.map(({ id, tags }) => [shortID(id), tags.map(plain).join(' ')])))
  log(io, `${counted(store.size - before.size, 'new image')}; the store has ${store.size}`)
  return 0
}

interface Listed {
  readonly id: ImageID
  readonly tags: readonly string[]
  readonly parent: ImageID | undefined
  readonly created: string | undefined
  /** What its last step says. */
  readonly createdBy: string
}

function listed(store: ImageStore): Listed[] {
  const tags = new Map<string, string[]>()
  for (const { name, id } of allTags(store)) tags.set(id, [...(tags.get(id) ?? []), name])
  const images = allImages(store).map((id) => {
    const { created, history } = findImage(store, id) ?? {}
    const createdBy = history?.at(-1)?.createdBy ?? ''
    return {
      id,
      tags: tags.get(id) ?? [],
      parent: parentOf(store, id),
      created: created && writeTime(created),
      createdBy,
    }
  })
  return images.sort((a, b) => ((a.created ?? '') < (b.created ?? '') ? 1 : -1))
}

async function runLs(call: Call, io: Io): Promise<number> {
  operandsOf(call, 0, 0, 'ls [OPTIONS]')
  const images = listed(await storeFile.load(storeDir(call, io)))
  if (flag(call, 'json')) await printJSON(io, images)
  else await print(io, table(images.map((image) => line(io, image))))
  return 0
}

function line(io: Io, { id, tags, created, createdBy }: Listed): readonly string[] {
  const said = plain(createdBy.replace(/^\/bin\/sh -c (?:#\(nop\) )?\s*/, ''))
  const short = said.length > 60 ? `${said.slice(0, 59)}…` : said
  return [shortID(id), colored(io, 'bold', tags.map(plain).join(' ')), created?.slice(0, 19) ?? '', short]
}

async function runTree(call: Call, io: Io): Promise<number> {
  operandsOf(call, 0, 0, 'tree [OPTIONS]')
  const store = await storeFile.load(storeDir(call, io))
  const images = new Map(listed(store).map((image) => [image.id as string, image]))
  const roots = [...images.values()].filter(({ parent }) => parent === undefined || !images.has(parent))
  if (flag(call, 'json'))
    await printJSON(
      io,
      roots.map((root) => branch(store, images, root)),
    )
  else await print(io, roots.map((root) => drawn(io, store, images, root)).join(''))
  return 0
}

interface Branch extends Listed {
  readonly children: readonly Branch[]
}

function childImages(store: ImageStore, images: ReadonlyMap<string, Listed>, id: string): Listed[] {
  return childrenOf(store, id).flatMap((child) => images.get(child) ?? [])
}

function branch(store: ImageStore, images: ReadonlyMap<string, Listed>, image: Listed): Branch {
  return { ...image, children: childImages(store, images, image.id).map((child) => branch(store, images, child)) }
}

/** A chain of only children stays at one depth: builds are long. */
function drawn(io: Io, store: ImageStore, images: ReadonlyMap<string, Listed>, root: Listed): string {
  const lines: string[] = []
  const open: { readonly image: Listed; readonly lead: string; readonly mark: string }[] = [
    { image: root, lead: '', mark: '' },
  ]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { image, lead, mark } = next
    lines.push(
      `${lead}${mark}${line(io, image)
        .filter((cell) => cell !== '')
        .join('  ')}\n`,
    )
    const children = childImages(store, images, image.id)
    const inner = lead + (mark === '' ? '' : mark === '├ ' ? '│ ' : '  ')
    if (children.length === 1) open.push({ image: children[0]!, lead: inner, mark: '' })
    else
      for (const [at, child] of [...children.entries()].reverse())
        open.push({ image: child, lead: inner, mark: at === children.length - 1 ? '└ ' : '├ ' })
  }
  return lines.join('')
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

async function runSnapshot(call: Call, io: Io): Promise<number> {
  operandsOf(call, 0, 0, 'snapshot [OPTIONS]')
  const dir = storeDir(call, io)
  const [restore, output] = [text(call, 'restore'), text(call, 'output')]
  if (restore !== undefined) {
    const store = storeFile.decode(await readFile(restore))
    await storeFile.save(dir, store)
    log(io, `the store has ${counted(store.size, 'image')}`)
    return 0
  }
  const store = await storeFile.load(dir)
  const bytes = storeFile.encode(store)
  if (output !== undefined) await writeFile(output, bytes)
  else if (io.stdout.isTTY) throw badInput('a terminal cannot show a snapshot; name a file with -o')
  else await print(io, bytes)
  log(io, `${counted(store.size, 'image')}, ${bytes.length} bytes`)
  return 0
}
