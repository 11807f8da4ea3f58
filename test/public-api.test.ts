import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import * as importing from '../src/import/index.ts'
import * as root from '../src/index.ts'
import * as node from '../src/node/index.ts'

const SUBPATHS = { '.': root, './import': importing, './node': node }

describe('the public names', () => {
  it('are those of package.json and no others', () => {
    expect(Object.keys(manifest.exports)).toEqual([...Object.keys(SUBPATHS), './package.json'])
  })

  it.each(Object.entries(SUBPATHS))('of %s change only on purpose', (_, module) => {
    expect(Object.keys(module).sort()).toMatchSnapshot()
  })

  it('of the rule sets are the Docker generations', () => {
    expect(Object.keys(root.rules).sort()).toEqual([
      'docker17_03',
      'docker1_13',
      'docker20',
      'docker23_0_10',
      'docker24_0_9',
      'docker25',
      'docker25_0_0',
      'docker26',
      'docker29',
      'docker29_5',
    ])
  })
})
