/**
 * Takes the pictures of the docs, every page in both themes, from real runs:
 *   node test/e2e/screenshots.ts [--data DIR] [--step N] [--only NAME,…] [--out DIR]
 * Without --data a fresh r1-zero-mini is launched, steered once on its way, and photographed when it has ended (minutes); with it,
 * the newest run of that data folder is, at a step that has groups (--step; else a third of the way). --only takes those of these names.
 * The help's pictures are made from them, unless they go elsewhere (--out). Chromium: GRPO_STUDIO_CHROMIUM, else Playwright's own.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Page } from '@playwright/test'
import { startHost } from './support/browser-mode.ts'
import { writeHelpPictures } from './support/help-pictures.ts'
import { projectFolder } from './support/shell.ts'

const { values } = parseArgs({
  options: { data: { type: 'string' }, out: { type: 'string' }, step: { type: 'string' }, only: { type: 'string' } },
})
const out = values.out ?? join(projectFolder, 'docs', 'screenshots')
const only = values.only?.split(',')
const wanted = (name: string) => !only || only.includes(name)
const schemes = ['dark', 'light'] as const
type Scheme = (typeof schemes)[number]
/** When the temperature is turned in a fresh run, so that the charts have a ◆ to show. */
const steerAt = 40

/** Taken on one way through a run. */
const walked = ['live', 'group', 'tokens', 'through-time', 'groups']

/** Where each of the other pages is, and what says that it is there. */
const others: [name: string, hash: string, ready: (page: Page) => Promise<unknown>][] = [
  ['runs', '#/runs', (page) => page.getByRole('table', { name: 'Runs' }).getByRole('row').nth(1).waitFor()],
  [
    'traces',
    '#/traces/1?text=answer',
    (page) => page.getByRole('list', { name: 'Completions' }).locator('mark').first().waitFor(),
  ],
  ['pipeline', '#/pipeline/1', (page) => page.getByRole('list', { name: 'Stages' }).waitFor()],
  ['compare', '#/compare/1,2', (page) => page.getByRole('region', { name: 'Curves' }).waitFor()],
  [
    'sweeps',
    '#/sweeps',
    (page) =>
      page.getByRole('region', { name: 'Sweeps' }).or(page.getByText('Ablations that come along')).first().waitFor(),
  ],
  ['alerts', '#/alerts', (page) => page.getByRole('heading', { name: 'Alerts' }).waitFor()],
  ['playground', '#/playground', (page) => page.getByRole('textbox', { name: 'Prompt' }).waitFor()],
  ['measure', '#/measure', (page) => page.getByRole('region', { name: 'Evaluations' }).waitFor()],
  ['library', '#/library/checkpoints', (page) => page.getByRole('tab', { name: 'Checkpoints' }).waitFor()],
  ['rewards', '#/rewards', (page) => page.getByRole('heading', { name: 'Rewards of your own' }).waitFor()],
  ['preferences', '#/preferences', (page) => page.getByRole('form', { name: 'New set' }).waitFor()],
  ['reward-models', '#/reward-models', (page) => page.getByRole('region', { name: 'Train a reward model' }).waitFor()],
  ['system', '#/system', (page) => page.getByRole('region', { name: 'Machine' }).waitFor()],
  ['settings', '#/settings', (page) => page.getByRole('region', { name: 'Appearance' }).waitFor()],
  ['help', '#/help', (page) => page.getByRole('heading', { name: 'What GRPO is' }).waitFor()],
]

mkdirSync(out, { recursive: true })
const emptyFolder = mkdtempSync(join(tmpdir(), 'grpo-screenshots-'))
const browser = await chromium.launch({
  executablePath: process.env.GRPO_STUDIO_CHROMIUM || undefined,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
let host = await startHost(emptyFolder)
try {
  if (wanted('first-run')) for (const scheme of schemes) await firstRun(scheme)
  if (values.data === undefined) await train()
  else {
    await host.end('SIGINT')
    host = await startHost(values.data)
  }
  for (const scheme of schemes) {
    if (walked.some(wanted)) await pictures(scheme)
    await pages(scheme)
  }
} finally {
  await browser.close()
  await host.end('SIGINT')
  rmSync(emptyFolder, { recursive: true, force: true })
}

async function open(scheme: Scheme): Promise<Page> {
  const viewport = { width: 1440, height: 900 }
  const context = await browser.newContext({ viewport, colorScheme: scheme, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(host.address)
  await page.getByRole('link', { name: 'Live' }).waitFor()
  return page
}

async function shot(page: Page, name: string): Promise<void> {
  if (!wanted(name.replace(/-(dark|light)$/, ''))) return
  await page.mouse.move(0, 0)
  // Charts are drawn a few at a time, after the frame that asked for them.
  await page.waitForTimeout(600)
  await page.screenshot({ path: join(out, `${name}.png`) })
  console.error(join(out, `${name}.png`))
}

async function firstRun(scheme: Scheme): Promise<void> {
  const page = await open(scheme)
  await page.getByRole('button', { name: 'Launch r1-zero-mini' }).waitFor()
  await page.getByText('Here it runs on').waitFor()
  await shot(page, `first-run-${scheme}`)
  await page.context().close()
}

/** A run from the window: launch, one turned knob, the end. */
async function train(): Promise<void> {
  const page = await open('dark')
  await page.getByRole('button', { name: 'Launch r1-zero-mini' }).click()
  const step = page.locator('dt', { hasText: /^step$/ }).locator('xpath=following-sibling::dd/b')
  const wait = { timeout: 60 * 60_000, polling: 500 }
  const handle = await step.elementHandle({ timeout: 60_000 })
  await page.waitForFunction(([node, least]) => Number(node?.textContent) >= least, [handle, steerAt] as const, wait)
  await page.getByRole('textbox', { name: /^Why/ }).fill('groups begin to lose their spread: more variety')
  const knob = page.getByRole('textbox', { name: 'temperature', exact: true })
  await knob.fill('1.1')
  await knob.press('Enter')
  await page.locator('[data-status="finished"]').waitFor({ timeout: 60 * 60_000 })
  await page.context().close()
}

async function pictures(scheme: Scheme): Promise<void> {
  const page = await open(scheme)
  const name = (what: string) => `${what}-${scheme}`
  // On the way the groups still differ: that is where there is most to see.
  const scrubber = page.getByRole('slider', { name: 'Step shown' })
  await scrubber.waitFor()
  const newest = Number(await scrubber.getAttribute('max'))
  await scrubber.fill(values.step ?? String(Math.max(1, Math.round(newest / 3))))
  await page.getByRole('rowheader').first().waitFor()
  await page.getByRole('list', { name: 'Samples of the evaluation' }).getByRole('button').first().waitFor()
  await scrubber.blur()
  await shot(page, name('live'))

  await page.getByRole('rowheader').first().click()
  await page.getByRole('list', { name: /^Samples of step/ }).waitFor()
  await shot(page, name('group'))

  await page.keyboard.press('v')
  await page.getByText('least likely').first().waitFor()
  await page.keyboard.press('v')
  await page.keyboard.press('v')
  await shot(page, name('tokens'))
  await page.keyboard.press('v')

  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'newest' }).click()
  const samples = page.getByRole('list', { name: 'Samples of the evaluation' }).getByRole('button')
  await samples.first().waitFor()
  await samples.nth(5).click()
  await page.getByRole('list', { name: 'One sample of every moment' }).waitFor()
  await shot(page, name('through-time'))

  await page.keyboard.press('Escape')
  await page.keyboard.press('h')
  await page.getByRole('grid', { name: 'Prompts through the steps' }).getByRole('row').first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await shot(page, name('groups'))
  await page.context().close()
}

async function pages(scheme: Scheme): Promise<void> {
  const page = await open(scheme)
  for (const [name, hash, ready] of others.filter(([name]) => wanted(name))) {
    await page.evaluate((wanted) => {
      location.hash = wanted
    }, hash)
    await ready(page)
    // what is fetched after the page is there, such as figures and curves
    await page.waitForTimeout(2000)
    await shot(page, `${name}-${scheme}`)
  }
  if (wanted('new-run')) {
    await page.keyboard.press('n')
    await page.getByRole('dialog', { name: 'New run' }).waitFor()
    await page.waitForTimeout(2000)
    await shot(page, `new-run-${scheme}`)
    await page.keyboard.press('Escape')
  }
  if (wanted('palette')) {
    await page.evaluate(() => {
      location.hash = '#/live/1'
    })
    await page.getByRole('slider', { name: 'Step shown' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('textbox', { name: 'Command' }).waitFor()
    await shot(page, `palette-${scheme}`)
  }
  if (!values.out) await writeHelpPictures(page, out, scheme)
  await page.context().close()
}
