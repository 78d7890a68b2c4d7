/** How quick the pages of a window are, in Chromium: every time is taken in the page, from what a person does to the frame that shows it. */
import { readFileSync } from 'node:fs'
import type { Browser, Page } from '@playwright/test'

const ROUNDS = 5

export interface Figure {
  median: number
  slowest: number
}

/** Runs that the pages show, by their ids. */
export interface ShownRuns {
  charts: string
  samples: string
  /** Shown between two rounds, so that nothing of the others is there already. */
  another: string
  /** Searched for, one a round. */
  words: readonly string[]
}

export async function openPage(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.addInitScript(watchDrawing)
  await page.goto(address)
  await page.getByRole('link', { name: 'Runs', exact: true }).waitFor()
  await page.waitForTimeout(3000)
  return page
}

/** Milliseconds. */
export const quickness = {
  list: (page: Page) => rounds(page, () => listOfRuns(page)),
  charts: (page: Page, shown: ShownRuns) => rounds(page, () => charts(page, shown)),
  zoom: (page: Page) => rounds(page, () => zoom(page)),
  groups: (page: Page, shown: ShownRuns) => rounds(page, () => allGroups(page, shown)),
  search: (page: Page, shown: ShownRuns) => rounds(page, (i) => search(page, shown, shown.words[i])),
}

export const scrolling = {
  groups: (page: Page, { samples }: ShownRuns) =>
    scrolled(page, `#/groups/${samples}`, '[aria-label="Prompts through the steps"] [role="presentation"]'),
  traces: (page: Page, { samples }: ShownRuns) =>
    scrolled(page, `#/traces/${samples}`, 'ul[aria-label="Completions"], [aria-label="Completions"]'),
  runs: (page: Page) => scrolled(page, '#/runs', '[aria-label="Runs"] [role="presentation"]'),
}

/** Keeps the time of the last stroke on any canvas, which is when a chart was last drawn. */
function watchDrawing(): void {
  const proto = CanvasRenderingContext2D.prototype
  const own = proto.stroke
  Object.assign(window, { lastStroke: 0 })
  proto.stroke = function stroke(this: CanvasRenderingContext2D, ...args: [Path2D]) {
    Object.assign(window, { lastStroke: performance.now() })
    return own.apply(this, args)
  } as typeof own
}

async function rounds(page: Page, once: (round: number) => Promise<number>): Promise<Figure> {
  const times: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    times.push(await once(i))
    await page.waitForTimeout(500)
  }
  times.sort((a, b) => a - b)
  const figure = { median: Math.round(times[Math.floor(ROUNDS / 2)]), slowest: Math.round(times[ROUNDS - 1]) }
  console.error(`  ${JSON.stringify(figure)}`)
  return figure
}

const goTo = (page: Page, hash: string) =>
  page.evaluate((wanted) => {
    location.hash = wanted
  }, hash)

async function listOfRuns(page: Page): Promise<number> {
  await goTo(page, '#/system')
  await page.getByRole('heading', { name: 'System' }).waitFor()
  await page.waitForTimeout(300)
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const started = performance.now()
        location.hash = '#/runs'
        const look = () => {
          const there = document.querySelectorAll('[aria-label="Runs"] a[data-run]').length > 5
          if (there) requestAnimationFrame(() => resolve(performance.now() - started))
          else requestAnimationFrame(look)
        }
        look()
      }),
  )
}

/** Until the last chart was drawn: from then on nothing was for a quarter of a second. */
const quiet = (page: Page, given: string, what: (given: string) => void) =>
  page.evaluate(
    ([source, wanted]) =>
      new Promise<number>((resolve) => {
        const state = window as unknown as { lastStroke: number }
        const started = performance.now()
        state.lastStroke = 0
        new Function('given', `return (${source})(given)`)(wanted)
        const look = () => {
          const { lastStroke } = state
          if (lastStroke > started && performance.now() - lastStroke > 250) resolve(lastStroke - started)
          else setTimeout(look, 20)
        }
        look()
      }),
    [what.toString(), given],
  )

async function charts(page: Page, { charts: run, another }: ShownRuns): Promise<number> {
  await goTo(page, '#/runs')
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
  // another run between, so that nothing of this one is there already
  await goTo(page, `#/live/${another}`)
  await page.waitForTimeout(1500)
  await goTo(page, '#/runs')
  await page.waitForTimeout(300)
  return quiet(page, `#/live/${run}`, (hash) => {
    location.hash = hash
  })
}

async function zoom(page: Page): Promise<number> {
  await page.keyboard.press('0')
  await page.waitForTimeout(1000)
  return quiet(page, '', () => {
    const plot = document.querySelector('[data-metric="reward"] canvas') as HTMLElement
    const { left, top, width, height } = plot.getBoundingClientRect()
    for (let i = 0; i < 40; i++)
      plot.dispatchEvent(
        new WheelEvent('wheel', {
          deltaY: -100,
          bubbles: true,
          cancelable: true,
          clientX: left + width / 2,
          clientY: top + height / 2,
        }),
      )
  })
}

async function allGroups(page: Page, { samples, another }: ShownRuns): Promise<number> {
  // another run between, so that nothing of this one is there already
  await goTo(page, `#/groups/${another}`)
  await page.waitForTimeout(800)
  return page.evaluate(
    (run) =>
      new Promise<number>((resolve) => {
        const started = performance.now()
        location.hash = `#/groups/${run}`
        const look = () => {
          const there = document.querySelectorAll('[aria-label="Prompts through the steps"] [role="row"]').length > 10
          if (there) requestAnimationFrame(() => resolve(performance.now() - started))
          else requestAnimationFrame(look)
        }
        look()
      }),
    samples,
  )
}

async function search(page: Page, { samples }: ShownRuns, text: string): Promise<number> {
  await goTo(page, `#/traces/${samples}`)
  await page.getByRole('list', { name: 'Completions' }).getByRole('button').first().waitFor()
  await page.waitForTimeout(600)
  const field = page.getByRole('textbox', { name: 'Text in the completion' })
  await field.fill('')
  await page.waitForTimeout(1500)
  await page.evaluate((wanted) => {
    const state = window as unknown as { found: Promise<number> }
    state.found = new Promise((resolve) => {
      const list = document.querySelector('[aria-label="Completions"]')!
      const input = document.querySelector<HTMLInputElement>('[aria-label="Text in the completion"]')!
      input.addEventListener(
        'input',
        () => {
          const started = performance.now()
          const look = () => {
            const mark = list.querySelector('mark')
            if (mark?.textContent === wanted) requestAnimationFrame(() => resolve(performance.now() - started))
            else requestAnimationFrame(look)
          }
          look()
        },
        { once: true },
      )
    })
  }, text)
  await field.fill(text)
  return page.evaluate(() => (window as unknown as { found: Promise<number> }).found)
}

/** Frames a second while a list is scrolled as fast as a wheel goes, and the longest time between two of them in milliseconds. */
async function scrolled(page: Page, hash: string, selector: string): Promise<{ mean: number; longestFrame: number }> {
  await goTo(page, hash)
  await page.locator(selector).first().waitFor()
  await page.waitForTimeout(1500)
  return page.evaluate(
    (wanted) =>
      new Promise<{ mean: number; longestFrame: number }>((resolve) => {
        let scroller = document.querySelector<HTMLElement>(wanted)!
        while (scroller.scrollHeight <= scroller.clientHeight + 10) scroller = scroller.parentElement!
        const times: number[] = []
        const frame = (now: number) => {
          times.push(now)
          scroller.scrollTop += 120
          if (now - times[0] < 3000) requestAnimationFrame(frame)
          else {
            const gaps = times.slice(1).map((t, i) => t - times[i])
            resolve({
              mean: Math.round((1000 * gaps.length) / (times.at(-1)! - times[0])),
              longestFrame: Math.round(Math.max(...gaps)),
            })
          }
        }
        requestAnimationFrame(frame)
      }),
    selector,
  )
}

/** Of the page's JavaScript, and of the whole process that draws it. */
export async function memory(browser: Browser, page: Page): Promise<{ heap: number; process: number | null }> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const whole = await browser.newBrowserCDPSession()
  const { processInfo } = await whole.send('SystemInfo.getProcessInfo')
  const sizes = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => ownMegabytes(id) ?? 0)
  return { heap: Math.round(usedSize / 1e6), process: sizes.length > 0 ? Math.max(...sizes) : null }
}

/** Proportional set size: shared pages count for each process in part. */
function ownMegabytes(pid: number): number | null {
  try {
    const found = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
    return found ? Math.round((Number(found[1]) * 1024) / 1e6) : null
  } catch {
    return null
  }
}
