/** Electron, where its binary is present. Nothing here requires the `electron` package, which would download it. */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type ElectronApplication, _electron as electron, type Page } from '@playwright/test'
import { electronBinary } from '../../../scripts/setup/electron.mjs'
import { type OpenApp, projectFolder, type Shell } from './shell.ts'

export type ElectronHere = { binary: string } | { reason: string }

/** Whether the suite can run against Electron here, or why not. */
export function electronHere(): ElectronHere {
  const binary = electronBinary(projectFolder) as string | undefined
  if (!binary) return { reason: "Electron's binary is not installed (npm start downloads it where it can be had)" }
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return { reason: 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set; xvfb-run gives one)' }
  if (!existsSync(join(projectFolder, 'out', 'main', 'main.js')))
    return { reason: 'the app is not built for Electron (npm start builds it)' }
  return { binary }
}

export function electronShell(binary: string, watch: (page: Page) => void): Shell {
  return {
    name: 'electron',
    async start(dataFolder, args): Promise<OpenApp> {
      const profile = join(dataFolder, 'window')
      const app: ElectronApplication = await electron.launch({
        executablePath: binary,
        args: [
          // Chromium's sandbox does not work as root. In tests only, whose pages are all our own.
          ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
          // What the window remembers (colours, its size) and the lock of the one instance are this test's own.
          `--user-data-dir=${profile}`,
          projectFolder,
          ...['--data', dataFolder],
          ...args,
        ],
        env: { ...(process.env as Record<string, string>), XDG_CONFIG_HOME: profile },
        cwd: projectFolder,
      })
      const child = app.process()
      let said = ''
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (text) => (said += text))
      const ended = once(child, 'exit').then(([code]) => code as number | null)
      const page = await app.firstWindow()
      watch(page)
      return {
        page,
        pid: child.pid as number,
        address: null,
        host: null,
        output: () => said,
        async quit() {
          await app.close()
          return ended
        },
        async kill() {
          child.kill('SIGKILL')
          await ended
        },
      }
    },
  }
}
