import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildRenderer } from '../../../scripts/setup/build.mjs'
import { context, installedCheckout, problemOf, write } from './support.mjs'

const builds = `import fs from 'node:fs'\nfs.mkdirSync('out/renderer', { recursive: true }); fs.writeFileSync('out/renderer/index.html', ''); fs.appendFileSync('builds', 'x')`

function checkout(script = builds) {
  const here = context({ env: process.env })
  installedCheckout(here.root)
  write(path.join(here.root, 'scripts/build-renderer.ts'), script)
  write(path.join(here.root, 'package.json'), '{"type":"module"}')
  write(path.join(here.root, 'src-renderer/main.tsx'), 'one')
  return {
    here,
    count: () =>
      existsSync(path.join(here.root, 'builds')) ? readFileSync(path.join(here.root, 'builds'), 'utf8').length : 0,
  }
}

describe('building the window', () => {
  it('is done when its sources differ from those of the last build, and not otherwise', async () => {
    const { here, count } = checkout()
    await buildRenderer(here)
    await buildRenderer(here)
    expect(count()).toBe(1)
    write(path.join(here.root, 'src-renderer/main.tsx'), 'two')
    await buildRenderer(here)
    write(path.join(here.root, 'src-renderer/parts/New.tsx'), 'new')
    await buildRenderer(here)
    expect(count()).toBe(3)
  })

  it('says why it failed, and is tried again at the next start', async () => {
    const { here } = checkout(`console.error('error: Could not resolve "./Missing.tsx"'); process.exit(1)`)
    expect(await problemOf(buildRenderer(here))).toMatch(/window could not be built \(error: Could not resolve/)
    write(path.join(here.root, 'scripts/build-renderer.ts'), builds)
    await buildRenderer(here)
  })
})
