import { findImage, type ImageStore, isBuiltLocally, removeImage, shortID } from 'layerfold'
import type { Prediction } from 'layerfold/predict'
import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import { withNext } from '../model/state.ts'
import { textOf } from '../model/step.ts'
import { pictureOf } from '../model/tree.ts'
import type { Act } from './app.tsx'
import { ImportStatus, useImport } from './import.tsx'
import { TreeView } from './tree-view.tsx'

export interface ImagesProps {
  readonly images: ImageStore
  readonly prediction: Prediction | undefined
  readonly selected: string | undefined
  readonly onSelect: (image: string | undefined) => void
  readonly act: Act
}

/** All images that are there, as the tree that the cache walks. */
export function Images({ images, prediction, selected, onSelect, act }: ImagesProps): VNode {
  const importing = useImport(act)
  const picture = useMemo(() => pictureOf(images), [images])
  const used = useMemo(() => usedBy(prediction), [prediction])
  const shown = selected !== undefined && picture.byID.has(selected) ? selected : undefined
  return (
    <section class="panel images" aria-labelledby="images-title">
      <div class="panel-head">
        <h2 id="images-title">
          Images <span class="quiet count">{images.size}</span>
        </h2>
        <ImportStatus importing={importing} />
        <label class="button">
          Load an archive
          <input
            type="file"
            class="hidden"
            accept=".tar,.tgz,.gz"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? []
              if (file !== undefined) importing.start(file)
              currentTarget.value = ''
            }}
          />
        </label>
      </div>
      <TreeView images={images} picture={picture} used={used} selected={shown} onSelect={onSelect} />
      <Inspector
        images={images}
        id={shown}
        onRemove={(id) =>
          act((state) => withNext(state, { label: `Removed ${shortID(id)}`, images: removeImage(images, id)[0] }))
        }
      />
    </section>
  )
}

/** The images that this build would go through. */
function usedBy(prediction: Prediction | undefined): ReadonlySet<string> {
  const reused = prediction?.steps.filter(({ status }) => status === 'hit' || status === 'not-cacheable') ?? []
  return new Set(reused.flatMap(({ image }) => (image === undefined ? [] : [image])))
}

function Inspector(props: { images: ImageStore; id: string | undefined; onRemove: (id: string) => void }): VNode {
  const { images, id, onRemove } = props
  const image = id === undefined ? undefined : findImage(images, id)
  if (id === undefined || image === undefined)
    return (
      <p class="inspector quiet">
        The line in colour is what this build reuses. Drag or use the arrow keys; + and − zoom, 0 shows all.
      </p>
    )
  const layers = image.rootfs?.diffIDs?.length ?? 0
  return (
    <div class="inspector">
      <p>
        <code>{shortID(id)}</code> <code class="made-by">{textOf(image.history?.at(-1)?.createdBy ?? '')}</code>
      </p>
      <p class="quiet">
        {layers} layer{layers === 1 ? '' : 's'}, {image.os}/{image.architecture},{' '}
        {isBuiltLocally(images, id) ? 'built here' : 'not built here'}
      </p>
      <button type="button" onClick={() => onRemove(id)}>
        Remove
      </button>
    </div>
  )
}
