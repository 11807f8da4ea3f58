import { type Assets, type Report, runCases } from './cases.ts'
import { core } from './core.ts'
import { full } from './full.ts'

export interface Reports {
  readonly core: Report
  readonly full: Report
}

export async function runAll(assets: Assets): Promise<Reports> {
  return { core: await runCases(core, assets), full: await runCases(full, assets) }
}
