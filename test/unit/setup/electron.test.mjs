import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { chooseWindow, electronBinary, noWindowBecause } from '../../../scripts/setup/electron.mjs'
import { context, installedCheckout, write } from './support.mjs'

const desktop = { platform: 'linux', uid: 1000 }
const display = { DISPLAY: ':0', PATH: '/usr/bin:/bin' }

/** A checkout whose `electron` package has this install script. */
function withElectron(installScript) {
  const here = context({ ...desktop, env: display })
  installedCheckout(here.root)
  const folder = path.join(here.root, 'node_modules/electron')
  write(path.join(folder, 'package.json'), '{"version":"41.0.0"}')
  write(path.join(folder, 'install.js'), `require('fs').appendFileSync(__dirname + '/attempts', 'x')\n${installScript}`)
  return {
    here,
    folder,
    attempts: () =>
      existsSync(path.join(folder, 'attempts')) ? readFileSync(path.join(folder, 'attempts'), 'utf8').length : 0,
  }
}

const succeeds = `const fs = require('fs'); fs.mkdirSync(__dirname + '/dist'); fs.writeFileSync(__dirname + '/dist/electron', ''); fs.writeFileSync(__dirname + '/path.txt', 'electron')`
const fails = `console.error('RequestError: connect ECONNREFUSED'); process.exit(1)`

describe('the window', () => {
  it('is a browser where there is no display', () => {
    expect(noWindowBecause({ env: {}, platform: 'linux', uid: 1000 })).toMatch(/no display/)
    expect(noWindowBecause({ env: { WAYLAND_DISPLAY: 'wayland-0' }, platform: 'linux', uid: 1000 })).toBeUndefined()
    expect(noWindowBecause({ env: {}, platform: 'darwin', uid: 501 })).toBeUndefined()
  })

  it("is a browser for root, whose Electron would need Chromium's sandbox switched off", () => {
    expect(noWindowBecause({ env: { DISPLAY: ':0' }, platform: 'linux', uid: 0 })).toMatch(/root.*sandbox/)
  })

  it('does not download Electron where it could not be shown', async () => {
    const { here, attempts } = withElectron(succeeds)
    expect(await chooseWindow({ ...here, env: { PATH: '' } })).toEqual({ reason: expect.stringMatching(/no display/) })
    expect(attempts()).toBe(0)
  })

  it('is Electron where its binary is, or can be downloaded', async () => {
    const { here, folder, attempts } = withElectron(succeeds)
    const binary = path.join(folder, 'dist/electron')
    expect(await chooseWindow(here)).toEqual({ binary })
    expect(await chooseWindow(here)).toEqual({ binary })
    expect(attempts()).toBe(1)
  })

  it('is a browser when the download fails, and does not try at every start', async () => {
    const { here, attempts } = withElectron(fails)
    expect(await chooseWindow(here)).toEqual({
      reason: expect.stringMatching(/Electron's binary could not be downloaded: .*ECONNREFUSED/),
    })
    const second = await chooseWindow(here)
    expect(second.reason).toMatch(/ECONNREFUSED.*tried .*delete .*electron-failure\.json to try now/)
    expect(attempts()).toBe(1)
    rmSync(path.join(here.root, '.setup/electron-failure.json'))
    await chooseWindow(here)
    expect(attempts()).toBe(2)
  })

  it('does not take a binary that was unpacked in part for a whole one', () => {
    const { here, folder } = withElectron(succeeds)
    mkdirSync(path.join(folder, 'dist'))
    write(path.join(folder, 'dist/electron'), '')
    expect(electronBinary(here.root)).toBeUndefined() // path.txt is what the install script writes last
  })
})
