/**
 * How the window keeps up with a run: 20 steps a second while a person moves over it, and as many steps as 24 hours of one every three seconds
 * are, as fast as they can be stored. The engine is one that speaks and computes nothing; host, database and window are the real ones.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, CDPSession, Page } from '@playwright/test'
import { makeApi } from '../../src-main/host/api.ts'
import { diagnose } from '../../src-main/host/diagnose.ts'
import { forkEngine } from '../../src-main/host/engine-process.ts'
import { Host } from '../../src-main/host/host.ts'
import { startServer, tokenOf } from '../../src-main/host/server.ts'
import { version } from '../../src-main/host/version.ts'
import { recipeOf } from '../host/support/records.ts'
import type { Script } from '../host/support/scripted-engine.ts'

const scripted = new URL('../host/support/scripted-engine.ts', import.meta.url)
const PER_SECOND = 20
const SECONDS = 20
const DAY = 86_400 / 3
const LOOKS = 8

/** A run of so many steps, and a page that shows it from its beginning. */
async function watched<T>(
  browser: Browser,
  script: Script,
  look: (page: Page, host: Host, steps: number) => Promise<T>,
): Promise<T> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'grpo-live-'))
  process.env.SCRIPT = JSON.stringify({ textLength: 200, groups: 16, ...script })
  const host = new Host({ dataFolder, command: 'bench', startEngine: () => forkEngine(scripted) })
  const info = { version, mode: 'browser', launched: null } as const
  const api = makeApi({ host, info, diagnose: () => diagnose(dataFolder) })
  const server = await startServer({ api, host, token: tokenOf(dataFolder), port: 0 })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  try {
    await page.goto(server.address)
    await page.getByRole('link', { name: 'Runs', exact: true }).waitFor()
    const steps = script.steps as number
    await host.launch(recipeOf({ stages: [{ kind: 'grpo', name: 'long', steps }] }))
    await page.getByRole('img', { name: 'reward over steps' }).waitFor()
    return await look(page, host, steps)
  } finally {
    await page.close()
    host.endNow()
    await host.close()
    await server.close()
    rmSync(dataFolder, { recursive: true, force: true })
  }
}

const shownStep = (page: Page) => page.evaluate(() => Number(/^\d+/.exec(document.title)?.[0] ?? 0))

/** Frames while steps come in and the pointer goes over charts and groups. */
export async function liveUpdates(browser: Browser): Promise<unknown> {
  return watched(browser, { steps: PER_SECOND * (SECONDS + 60), perSecond: PER_SECOND }, async (page) => {
    await page.waitForTimeout(3000)
    const first = await shownStep(page)
    const frames = page.evaluate(
      (seconds) =>
        new Promise<{ mean: number; over33: number; over50: number; longest: number }>((resolve) => {
          const times: number[] = []
          const frame = (now: number) => {
            times.push(now)
            if (now - times[0] < 1000 * seconds) return void requestAnimationFrame(frame)
            const gaps = times.slice(1).map((t, i) => t - times[i])
            const over = (ms: number) => gaps.filter((gap) => gap > ms).length
            resolve({
              mean: Math.round((10_000 * gaps.length) / (times.at(-1)! - times[0])) / 10,
              over33: over(34),
              over50: over(51),
              longest: Math.round(Math.max(...gaps)),
            })
          }
          requestAnimationFrame(frame)
        }),
      SECONDS,
    )
    let over = false
    void frames.then(() => {
      over = true
    })
    const began = performance.now()
    for (let i = 0; !over; i++) {
      await page.mouse.move(100 + ((i * 37) % 900), 130 + ((i * 53) % 650))
      await page.waitForTimeout(50)
    }
    const perSecond = ((await shownStep(page)) - first) / ((performance.now() - began) / 1000)
    const figures = { stepsPerSecond: Math.round(perSecond * 10) / 10, ...(await frames) }
    console.error(`  ${JSON.stringify(figures)}`)
    return figures
  })
}

interface Look {
  step: number
  /** Of the page's objects after a collection, MB. */
  heap: number
  nodes: number
  listeners: number
}

/** What the page holds on to as a day of steps comes in. */
export async function dayOfUpdates(browser: Browser): Promise<unknown> {
  return watched(browser, { steps: DAY, pace: 0, groups: 4 }, async (page, host, steps) => {
    const session = await page.context().newCDPSession(page)
    const looks: Look[] = []
    for (let i = 1; i <= LOOKS; i++) {
      const until = (i * steps) / LOOKS
      while ((await shownStep(page)) < until) await page.waitForTimeout(250)
      looks.push(await holds(session, await shownStep(page)))
      console.error(`  ${JSON.stringify(looks.at(-1))}`)
    }
    await host.idle()
    // whatever a page that is opened now does not need was held for nothing
    await page.reload()
    await page.getByRole('img', { name: 'reward over steps' }).waitFor()
    await page.waitForTimeout(3000)
    const fresh = await holds(session, await shownStep(page))
    console.error(`  opened anew ${JSON.stringify(fresh)}`)
    return { steps, looks, fresh }
  })
}

async function holds(session: CDPSession, step: number): Promise<Look> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters')
  return { step, heap: Math.round(usedSize / 1e5) / 10, nodes, listeners: jsEventListeners }
}
