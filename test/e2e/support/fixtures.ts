/** A studio for each test: the app in one of its shells, on a data folder of its own. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, test as base, expect, type Page, type TestInfo } from '@playwright/test'
import { LaunchDialog } from '../pages/LaunchDialog.ts'
import { RunPage } from '../pages/RunPage.ts'
import { RunsPage } from '../pages/RunsPage.ts'
import { StudioWindow } from '../pages/StudioWindow.ts'
import { SystemPage } from '../pages/SystemPage.ts'
import { browserShell } from './browser-mode.ts'
import { electronHere, electronShell } from './electron.ts'
import { lives, RunRecord } from './record.ts'
import { copyRecorded } from './recorded.ts'
import { type OpenApp, projectFolder, type Shell, type ShellName } from './shell.ts'

export { expect }

/** Recipes of the tests: the real engine on the embedded model, with steps of a fraction of a second. */
export const recipes = {
  /** 16 + 48 steps; every prompt comes up at every other step. */
  story: join(projectFolder, 'test', 'e2e', 'recipes', 'story.json'),
  /** The same without an end in sight. */
  endless: join(projectFolder, 'test', 'e2e', 'recipes', 'endless.json'),
  /** The endless one with a second side of the reward. */
  sides: join(projectFolder, 'test', 'e2e', 'recipes', 'sides.json'),
  /** Groups that say one thing, mostly a wrong one, which pauses it. */
  alike: join(projectFolder, 'test', 'e2e', 'recipes', 'alike.json'),
  /** Two steps on puzzles. */
  puzzles: join(projectFolder, 'test', 'e2e', 'recipes', 'puzzles.json'),
}

/** A line to the host that is cut on purpose is told of by the browser too. */
const expectedNoise = [/WebSocket connection to .* failed/, /Failed to load resource: net::ERR_CONNECTION_REFUSED/]

export class Studio {
  readonly shell: Shell
  readonly dataFolder: string
  #app: OpenApp | undefined

  constructor(shell: Shell, dataFolder: string) {
    this.shell = shell
    this.dataFolder = dataFolder
  }

  /** Starts the app; again after `kill` or `quit`, on the same data folder. */
  async open(...args: string[]): Promise<this> {
    this.#app = await this.shell.start(this.dataFolder, args)
    return this
  }

  /** Starts the app on a folder with two finished runs, and shows the second. */
  async openRecorded(): Promise<RunPage> {
    copyRecorded(this.dataFolder)
    await this.open()
    await this.page.evaluate(() => {
      location.hash = '#/live/2'
    })
    await expect(this.run.status).toHaveText('finished')
    return this.run
  }

  get app(): OpenApp {
    if (!this.#app) throw new Error('The app is not open: call open() first.')
    return this.#app
  }

  get page(): Page {
    return this.app.page
  }

  get window(): StudioWindow {
    return new StudioWindow(this.page)
  }

  get run(): RunPage {
    return new RunPage(this.page)
  }

  get launchDialog(): LaunchDialog {
    return new LaunchDialog(this.page)
  }

  get runs(): RunsPage {
    return new RunsPage(this.page)
  }

  get system(): SystemPage {
    return new SystemPage(this.page)
  }

  record(run = 1): RunRecord {
    return new RunRecord(this.dataFolder, run)
  }

  /** Launches a recipe file through the dialog and waits until the run trains. */
  async launch(recipe: string): Promise<RunPage> {
    await this.window.openLaunchDialog()
    await this.launchDialog.launchFile(recipe)
    await expect(this.run.status).toHaveText('running')
    return this.run
  }

  /** kill -9 of the engine of this run. */
  killEngine(runId: string, run = 1): void {
    process.kill(this.record(run).enginePid(runId), 'SIGKILL')
  }

  async kill(): Promise<void> {
    await this.app.kill()
    this.#app = undefined
  }

  async quit(): Promise<number | null> {
    const status = await this.app.quit()
    this.#app = undefined
    return status
  }

  async end(): Promise<void> {
    if (this.#app) await this.kill()
    // An engine whose host was killed ends by itself; its folder is removed after that.
    await expect.poll(() => this.#engines().filter(lives), { timeout: 60_000 }).toEqual([])
  }

  #engines(): number[] {
    const runs = join(this.dataFolder, 'runs')
    if (!existsSync(runs)) return []
    const withNote = readdirSync(runs).filter((id) => existsSync(join(runs, id, 'engine.pid')))
    return withNote.map((id) => this.record().enginePid(id))
  }

  /** What was said in the background, for whoever looks into a failure. */
  async attachLogs(testInfo: TestInfo): Promise<void> {
    if (this.#app) await testInfo.attach('host output', { body: this.#app.output(), contentType: 'text/plain' })
    const runs = join(this.dataFolder, 'runs')
    if (!existsSync(runs)) return
    for (const id of readdirSync(runs)) {
      const log = join(runs, id, 'engine.log')
      if (existsSync(log))
        await testInfo.attach(`${id} engine.log`, { body: readFileSync(log, 'utf8'), contentType: 'text/plain' })
    }
  }
}

interface TestFixtures {
  studio: Studio
  /** What the window's console complained about; a test that ends with any has failed. */
  complaints: string[]
}

interface WorkerFixtures {
  shellName: ShellName
  openBrowser: () => Promise<Browser>
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  shellName: ['browser', { option: true, scope: 'worker' }],

  // Chromium starts when the first test wants it, so never for Electron.
  openBrowser: [
    async ({ playwright }, use) => {
      let browser: Promise<Browser> | undefined
      await use(() => (browser ??= playwright.chromium.launch()))
      await (await browser)?.close()
    },
    { scope: 'worker' },
  ],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern
  complaints: async ({}, use) => {
    const complaints: string[] = []
    await use(complaints)
    expect(complaints, 'errors in the console of the window').toEqual([])
  },

  studio: async ({ shellName, openBrowser, complaints }, use, testInfo) => {
    const watch = (page: Page) => {
      page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
      page.on('console', (message) => {
        const text = message.text()
        if (message.type() === 'error' && !expectedNoise.some((noise) => noise.test(text))) complaints.push(text)
      })
    }
    const here = electronHere()
    const shell =
      shellName === 'electron' && 'binary' in here
        ? electronShell(here.binary, watch)
        : browserShell(openBrowser, watch)
    const dataFolder = mkdtempSync(join(tmpdir(), 'grpo-studio-e2e-'))
    const studio = new Studio(shell, dataFolder)
    await use(studio)
    if (testInfo.status !== testInfo.expectedStatus) await studio.attachLogs(testInfo)
    await studio.end()
    rmSync(dataFolder, { recursive: true, force: true })
  },
})
