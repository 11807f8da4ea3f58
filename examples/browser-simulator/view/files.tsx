import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Inputs, PageFile, PageFiles } from '../model/state.ts'
import { fromPicker, readMode, readUploads, showSize, sizeOf } from '../model/upload.ts'

export interface FilesProps {
  readonly files: PageFiles
  /** What the docker client says of them. */
  readonly error: string | undefined
  readonly edit: (change: Partial<Inputs>) => void
}

/** Not in Preact's types. */
const FOLDER = { webkitdirectory: true }

/** The build context: what COPY and ADD read. */
export function Files({ files, error, edit }: FilesProps): VNode {
  const [open, setOpen] = useState<string>()
  const [fault, setFault] = useState<string>()
  const paths = Object.keys(files).sort()
  const shown = open !== undefined && Object.hasOwn(files, open) ? open : undefined
  const put = (path: string, file: PageFile): void => edit({ files: { ...files, [path]: file } })
  const remove = (path: string): void => {
    const { [path]: _, ...rest } = files
    edit({ files: rest })
  }
  const upload = async (list: FileList | null): Promise<void> => {
    try {
      const { Dockerfile, ...read } = await readUploads(fromPicker(list ?? []))
      edit({ files: read, ...(typeof Dockerfile?.content === 'string' && { dockerfile: Dockerfile.content }) })
      setFault(undefined)
    } catch (problem) {
      setFault(problem instanceof Error ? problem.message : String(problem))
    }
  }
  return (
    <section class="panel" aria-labelledby="files-title">
      <div class="panel-head">
        <h2 id="files-title">Context</h2>
        <label class="button">
          Open a folder
          <input
            type="file"
            class="hidden"
            multiple
            {...FOLDER}
            onChange={({ currentTarget }) => {
              upload(currentTarget.files).finally(() => {
                currentTarget.value = ''
              })
            }}
          />
        </label>
      </div>
      {(fault ?? error) !== undefined && (
        <p class="fault" role="alert">
          {fault ?? error}
        </p>
      )}
      <ul class="files">
        {paths.map((path) => (
          <FileRow
            key={path}
            path={path}
            file={files[path]!}
            isOpen={path === shown}
            onOpen={() => setOpen(path === shown ? undefined : path)}
            onPut={(file) => put(path, file)}
            onRemove={() => remove(path)}
          />
        ))}
      </ul>
      <AddFile
        paths={paths}
        onAdd={(path) => {
          put(path, { content: '', mode: 0o644 })
          setOpen(path)
        }}
      />
    </section>
  )
}

interface FileRowProps {
  readonly path: string
  readonly file: PageFile
  readonly isOpen: boolean
  readonly onOpen: () => void
  readonly onPut: (file: PageFile) => void
  readonly onRemove: () => void
}

function FileRow({ path, file, isOpen, onOpen, onPut, onRemove }: FileRowProps): VNode {
  const { content } = file
  return (
    <li>
      <div class="file">
        <button type="button" class="name" aria-expanded={isOpen} onClick={onOpen}>
          {path}
        </button>
        <span class="quiet size">{showSize(sizeOf(content))}</span>
        <ModeField path={path} mode={file.mode} onMode={(mode) => onPut({ ...file, mode })} />
        <button type="button" class="icon" aria-label={`Remove ${path}`} title={`Remove ${path}`} onClick={onRemove}>
          ×
        </button>
      </div>
      {isOpen &&
        (typeof content === 'string' ? (
          <textarea
            class="content"
            aria-label={`Content of ${path}`}
            spellcheck={false}
            rows={Math.min(12, Math.max(3, content.split('\n').length))}
            value={content}
            onInput={({ currentTarget }) => onPut({ ...file, content: currentTarget.value })}
          />
        ) : (
          <p class="quiet">Not text: it can be removed or replaced, not edited.</p>
        ))}
    </li>
  )
}

function ModeField({ path, mode, onMode }: { path: string; mode: number; onMode: (mode: number) => void }): VNode {
  const [typed, setTyped] = useState<string>()
  const isWrong = typed !== undefined && readMode(typed) === undefined
  return (
    <input
      class="mode"
      aria-label={`Mode of ${path}, octal`}
      title="Permission bits, octal"
      aria-invalid={isWrong}
      inputMode="numeric"
      maxLength={4}
      value={typed ?? mode.toString(8)}
      onInput={({ currentTarget: { value } }) => {
        setTyped(value)
        const read = readMode(value)
        if (read !== undefined) onMode(read)
      }}
      onBlur={() => setTyped(undefined)}
    />
  )
}

function AddFile({ paths, onAdd }: { paths: readonly string[]; onAdd: (path: string) => void }): VNode {
  const [path, setPath] = useState('')
  const name = path.trim().replace(/^(?:\.?\/)+/, '')
  const fault =
    name === 'Dockerfile' ? 'That is the one above.' : paths.includes(name) ? 'It is there already.' : undefined
  return (
    <form
      class="add"
      onSubmit={(event) => {
        event.preventDefault()
        if (name === '' || fault !== undefined) return
        onAdd(name)
        setPath('')
      }}
    >
      <input
        aria-label="Path of a new file"
        placeholder="src/new.txt or .dockerignore"
        aria-invalid={fault !== undefined}
        value={path}
        onInput={({ currentTarget }) => setPath(currentTarget.value)}
      />
      <button type="submit">Add a file</button>
      {fault !== undefined && <span class="fault">{fault}</span>}
    </form>
  )
}
