import type { Generation } from './generation.ts'
import { like } from './like.ts'

/** moby 690882c2e7 … 1.13.1. */
export const shape1_13: Generation = {
  dockerVersion: '1.13.1',
  createdNullable: false,
  historyOrder: 'author',
  restoredKeys: 'sorted',
  controls: 'long',
  configShape: 'to28',
  startPeriod: false,
  startInterval: false,
  variant: false,
  withoutRootFS: 'panic',
  errors: 'bare',
  otherOS: 'ignored',
}

/** 20.10, and what behaves like it from 17.03 to 24.0. */
export const shape20_10: Generation = /* @__PURE__ */ like(shape1_13, {
  dockerVersion: '20.10.24',
  startPeriod: true,
  variant: true,
  withoutRootFS: 'error',
  errors: 'wrapped',
  otherOS: 'refused-by-fold',
})

/** 25.0. */
export const shape25: Generation = /* @__PURE__ */ like(shape20_10, {
  dockerVersion: '25.0.17',
  createdNullable: true,
  historyOrder: 'created_by',
  startInterval: true,
  otherOS: 'refused',
})

/** 26.0 … 28.5; 28 is built with a Go that writes `\b` and `\f`. */
export const shape26: Generation = /* @__PURE__ */ like(shape25, {
  dockerVersion: '28.5.2',
  restoredKeys: 'declared',
  controls: 'short',
})

/** 29 and later. */
export const shape29: Generation = /* @__PURE__ */ like(shape26, { dockerVersion: undefined, configShape: 'from29' })
