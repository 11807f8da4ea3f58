import { isEngineName, type Prediction } from 'layerfold/predict'
import type { ComponentChildren, VNode } from 'preact'
import { fieldOf } from '../model/ask.ts'
import { tagFault } from '../model/build.ts'
import { releasesOf, shownEngines } from '../model/engines.ts'
import type { Flags } from '../model/state.ts'

export interface FlagProps {
  readonly flags: Flags
  readonly prediction: Prediction | undefined
  readonly onEdit: (flags: Flags) => void
}

/** The flags of `docker build`. What is wrong with one is said below it. */
export function FlagFields({ flags, prediction, onEdit }: FlagProps): VNode {
  const failed = prediction?.error !== undefined && prediction.steps.every(({ error }) => error === undefined)
  const text = failed ? prediction.error.text : undefined
  const field = text === undefined ? undefined : fieldOf(text, flags)
  const unknown = prediction?.unknownSources.map((each) => each.text).join('; ')
  const unused = prediction?.warnings.find((warning) => warning.includes('build-args'))
  const put = (name: keyof Flags) => (value: string) => onEdit({ ...flags, [name]: value })
  return (
    <section class="panel" aria-labelledby="flags-title">
      <div class="panel-head">
        <h2 id="flags-title">Flags</h2>
      </div>
      <div class="flags">
        <Field name="Engine" note={undefined}>
          <select
            id="flag-Engine"
            value={flags.engine}
            onChange={({ currentTarget: { value } }) => isEngineName(value) && onEdit({ ...flags, engine: value })}
          >
            {shownEngines.map((engine) => (
              <option key={engine} value={engine}>
                {releasesOf(engine)}
              </option>
            ))}
          </select>
        </Field>
        <TextField name="--tag" value={flags.tag} hint="app" fault={tagFault(flags.tag)} onValue={put('tag')} />
        <TextField
          name="--cache-from"
          value={flags.cacheFrom}
          hint="app:ci"
          fault={unknown || undefined}
          onValue={put('cacheFrom')}
        />
        <TextField
          name="--target"
          value={flags.target}
          hint="a stage"
          fault={field === 'target' ? text : undefined}
          onValue={put('target')}
        />
        <TextField
          name="--platform"
          value={flags.platform}
          hint="linux/amd64"
          fault={field === 'platform' ? text : undefined}
          onValue={put('platform')}
        />
        <Field name="--build-arg" note={unused}>
          <textarea
            id="flag---build-arg"
            rows={2}
            spellcheck={false}
            placeholder="NAME=value, one a line"
            aria-describedby="note---build-arg"
            value={flags.buildArgs}
            onInput={({ currentTarget }) => onEdit({ ...flags, buildArgs: currentTarget.value })}
          />
        </Field>
        <label class="check">
          <input
            type="checkbox"
            checked={flags.noCache}
            onChange={({ currentTarget }) => onEdit({ ...flags, noCache: currentTarget.checked })}
          />
          --no-cache
        </label>
      </div>
    </section>
  )
}

function Field({
  name,
  note,
  children,
}: {
  name: string
  note: string | undefined
  children: ComponentChildren
}): VNode {
  return (
    <div class={name === '--build-arg' ? 'field wide' : 'field'}>
      <label for={`flag-${name}`}>{name}</label>
      {children}
      <p class="field-note fault" id={`note-${name}`} role="status">
        {note}
      </p>
    </div>
  )
}

interface TextFieldProps {
  readonly name: string
  readonly value: string
  readonly hint: string
  readonly fault: string | undefined
  readonly onValue: (value: string) => void
}

function TextField({ name, value, hint, fault, onValue }: TextFieldProps): VNode {
  return (
    <Field name={name} note={fault}>
      <input
        id={`flag-${name}`}
        value={value}
        placeholder={hint}
        spellcheck={false}
        autocapitalize="off"
        aria-invalid={fault !== undefined}
        aria-describedby={`note-${name}`}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
      />
    </Field>
  )
}
