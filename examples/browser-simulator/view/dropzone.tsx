import type { ComponentChildren, VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Inputs } from '../model/state.ts'
import { fromDrop, isArchive, readUploads } from '../model/upload.ts'
import type { Act } from './app.tsx'
import { ImportStatus, useImport } from './import.tsx'

/** What is dropped anywhere on the page: a `docker save` archive gives images, anything else is the context. */
export function Dropzone(props: {
  act: Act
  edit: (change: Partial<Inputs>) => void
  children: ComponentChildren
}): VNode {
  const [isOver, setOver] = useState(false)
  const [fault, setFault] = useState<string>()
  const importing = useImport(props.act)
  const drop = async (items: DataTransferItemList): Promise<void> => {
    const uploads = await fromDrop(items)
    const archive = uploads.length === 1 && isArchive(uploads[0]!.path) ? uploads[0]! : undefined
    if (archive !== undefined) return await importing.start(archive.file)
    if (uploads.length === 0) return
    const { Dockerfile, ...files } = await readUploads(uploads)
    props.edit({ files, ...(typeof Dockerfile?.content === 'string' && { dockerfile: Dockerfile.content }) })
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a counterpart for the keyboard in each panel
    <div
      class={isOver ? 'page is-over' : 'page'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => event.relatedTarget === null && setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        setFault(undefined)
        if (event.dataTransfer === null) return
        drop(event.dataTransfer.items).catch((problem) =>
          setFault(problem instanceof Error ? problem.message : String(problem)),
        )
      }}
    >
      {props.children}
      {isOver && (
        <div class="drop-hint" aria-hidden="true">
          Drop a docker save archive to add its images, or a folder to make it the context.
        </div>
      )}
      <div class="toast">
        <ImportStatus importing={importing} />
        {fault !== undefined && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
      </div>
    </div>
  )
}
