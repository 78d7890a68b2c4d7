/**
 * How quick the window is with years of use in it, in Chromium: 200 runs, one with a million metric points and one with a million
 * completions.
 */
import { metrics } from '../../src-main/contract/metrics.ts'
import { fillFolder } from '../support/large-folder.ts'
import { launchChromium } from './chromium.ts'
import { startHost } from './host-process.ts'
import { fillSamples } from './traces.ts'
import { dayOfUpdates, liveUpdates } from './ui-live.ts'
import { memory, openPage, quickness, type ShownRuns, scrolling } from './ui-pages.ts'

const RUNS = 200
const POINTS = 1_000_000
const SAMPLES = 1_000_000
const MANY_STEPS = Math.ceil(POINTS / Object.keys(metrics).length)
const WITH_SAMPLES = `${String(RUNS + 1).padStart(4, '0')}-bench`

const shown: ShownRuns = {
  charts: '0001-countdown',
  samples: WITH_SAMPLES,
  another: '0002-logic',
  words: ['eureka', 'wait', '98+', '</think>', '12+3'],
}

export async function ui(): Promise<unknown> {
  const host = await startHost((folder) => {
    console.error('  filling the data folder')
    fillFolder(folder, { runs: RUNS, steps: 300, manySteps: MANY_STEPS })
    fillSamples(folder, RUNS + 1, WITH_SAMPLES, SAMPLES)
  })
  const browser = await launchChromium()
  try {
    const page = await openPage(browser, host.address)
    const milliseconds = {
      'the list of runs, from another page': await quickness.list(page),
      'the charts of a run with a million points': await quickness.charts(page, shown),
      'zoom to full resolution': await quickness.zoom(page),
      'all groups of a run with a million samples': await quickness.groups(page, shown),
      'the first page of a search': await quickness.search(page, shown),
    }
    const framesPerSecond = {
      groups: await scrolling.groups(page, shown),
      traces: await scrolling.traces(page, shown),
      runs: await scrolling.runs(page),
    }
    return {
      runs: RUNS,
      points: POINTS,
      samples: SAMPLES,
      milliseconds,
      framesPerSecond,
      megabytes: await memory(browser, page),
      live: await liveUpdates(browser),
      day: await dayOfUpdates(browser),
    }
  } finally {
    await browser.close()
    await host.end()
  }
}
