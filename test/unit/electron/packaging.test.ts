import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { scheme } from '../../../src-main/electron/links.ts'
import { recipeExtension } from '../../../src-main/electron/openings.ts'

const root = resolve(import.meta.dirname, '../../..')
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as object

async function configuration(updates = '') {
  vi.resetModules()
  vi.stubEnv('GRPO_STUDIO_UPDATES', updates)
  return (await import('../../../electron-builder.config.ts')).default
}

// electron-builder's own check of its configuration, which it does before anything else
const ofBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder'))
const { validateConfiguration } = ofBuilder('app-builder-lib/out/util/config/config.js') as {
  validateConfiguration(config: object, log: { isEnabled: boolean }): Promise<void>
}
const problemsOf = (config: object) =>
  validateConfiguration(structuredClone(config), { isEnabled: false }).then(
    () => '',
    (error: Error) => error.message,
  )

describe('the packages', () => {
  afterEach(() => vi.unstubAllEnvs())

  test('are described as electron-builder’s schema wants it, with and without an address of updates', async () => {
    expect(await problemsOf(await configuration())).toBe('')
    expect(await problemsOf(await configuration('https://example.com/updates'))).toBe('')
  })

  test('would be refused with a misspelt field or fuse', async () => {
    const config = await configuration()
    expect(await problemsOf({ ...config, fileAsociations: [] })).toContain('fileAsociations')
    expect(await problemsOf({ ...config, electronFuses: { runAsNodes: true } })).toContain('electronFuses')
    expect(await problemsOf({ ...config, protocols: [{ name: 'x' }] })).toContain('schemes')
  })

  test('are made for the three systems', async () => {
    const { linux, mac, win } = await configuration()
    expect([linux?.target, mac?.target, win?.target]).toEqual([['AppImage', 'deb'], ['dmg', 'zip'], ['nsis']])
  })

  test('open links and recipes by the names that the shell knows', async () => {
    const { protocols, fileAssociations } = await configuration()
    expect(protocols).toMatchObject([{ schemes: [scheme] }])
    expect(fileAssociations).toMatchObject([{ ext: recipeExtension.slice(1) }])
  })

  test('have what starts the app, and no source, test or Node of their own', async () => {
    const { files, asar, asarUnpack } = await configuration()
    expect(read('package.json')).toMatchObject({ main: 'out/main/main.js' })
    expect(files).toEqual(expect.arrayContaining(['out/main/**', 'out/preload/**', 'out/renderer/**', 'resources/**']))
    expect(files).toContain('!node_modules/node-*{,/**}')
    expect(asar).toBe(true)
    expect(asarUnpack).toEqual(expect.arrayContaining(['**/*.node', 'out/main/sandbox.js']))
  })

  test('look for updates nowhere unless whoever packages says where', async () => {
    expect((await configuration()).publish).toBeNull()
    expect((await configuration('https://example.com/updates')).publish).toEqual({
      provider: 'generic',
      url: 'https://example.com/updates',
    })
  })
})
