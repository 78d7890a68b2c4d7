import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ensurePackages, packagesComplete } from '../../../scripts/setup/packages.mjs'
import { node24 } from '../../../scripts/setup/places.mjs'
import { context, installedCheckout, problemOf, programs, write } from './support.mjs'

const stamp = (root) => path.join(root, 'node_modules/.installed-lock.json')

describe('packages', () => {
  it('are complete when what npm recorded last of all is what the lockfile names', () => {
    const { root } = context()
    installedCheckout(root)
    expect(packagesComplete(root)).toBe(true)
  })

  it.each([
    ['npm was interrupted', (root) => rmSync(path.join(root, 'node_modules/.package-lock.json'))],
    [
      'npm was interrupted while it wrote its record',
      (root) => write(path.join(root, 'node_modules/.package-lock.json'), '{"pack'),
    ],
    [
      'a package has another version',
      (root) =>
        write(
          path.join(root, 'node_modules/.package-lock.json'),
          '{"packages":{"node_modules/a":{"version":"0.9.0"}}}',
        ),
    ],
    ['a package is missing', (root) => write(path.join(root, 'node_modules/.package-lock.json'), '{"packages":{}}')],
    ['Node 24 is missing', (root) => rmSync(node24(root).executable)],
  ])('are not complete when %s', (_, damage) => {
    const { root } = context()
    installedCheckout(root)
    damage(root)
    expect(packagesComplete(root)).toBe(false)
  })

  it('are not installed again when they are complete', async () => {
    const here = context()
    installedCheckout(here.root)
    await ensurePackages(here) // PATH is empty: npm could not be run
    expect(readFileSync(stamp(here.root), 'utf8')).toBe(readFileSync(path.join(here.root, 'package-lock.json'), 'utf8'))
  })

  it('are installed by npm from the lockfile without install scripts, and only then marked as installed', async () => {
    const here = context()
    installedCheckout(here.root)
    const record = path.join(here.root, 'node_modules/.package-lock.json')
    const complete = readFileSync(record, 'utf8')
    rmSync(record)
    const called = path.join(here.root, 'called')
    const PATH = programs({ npm: `echo "$@" > ${called}; echo '${complete}' > ${record}` })
    await ensurePackages({ ...here, env: { PATH } })
    expect(readFileSync(called, 'utf8')).toContain('ci --ignore-scripts')
    expect(existsSync(stamp(here.root))).toBe(true)
  })

  it('that npm cannot install are named with its reason, and are not marked as installed', async () => {
    const here = context()
    installedCheckout(here.root)
    rmSync(path.join(here.root, 'node_modules/.package-lock.json'))
    const PATH = programs({ npm: 'echo "npm error network request to registry failed, reason: ENOTFOUND" >&2; exit 1' })
    const message = await problemOf(ensurePackages({ ...here, env: { PATH } }))
    expect(message).toMatch(/npm could not install.*ENOTFOUND.*Nothing can start.*run the same command again/)
    expect(message).not.toContain('\n')
    expect(existsSync(stamp(here.root))).toBe(false)
  })

  it('say so when npm is not there', async () => {
    const here = context()
    installedCheckout(here.root)
    rmSync(path.join(here.root, 'node_modules/.package-lock.json'))
    expect(await problemOf(ensurePackages({ ...here, env: { PATH: programs({}) } }))).toMatch(/npm is not on PATH/)
  })

  it('say so when npm has no Node 24 for this machine', async () => {
    const here = context()
    installedCheckout(here.root)
    rmSync(node24(here.root).executable)
    expect(await problemOf(ensurePackages({ ...here, env: { PATH: programs({ npm: 'true' }) } }))).toMatch(
      /no Node 24 for/,
    )
  })
})
