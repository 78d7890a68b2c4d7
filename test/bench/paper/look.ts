/** The pages of a window, and the questions behind them, over a folder that holds a run of the paper's size. */
import { launchChromium } from '../chromium.ts'
import { type HostProcess, startHost } from '../host-process.ts'
import { type Figure, memory, openPage, quickness, type ShownRuns, scrolling } from '../ui-pages.ts'

const ROUNDS = 5

export async function look(folder: string, runId: string, another: string) {
  const host = await startHost(() => {}, folder)
  const browser = await launchChromium()
  try {
    const shown: ShownRuns = {
      ...{ charts: runId, samples: runId, another },
      words: ['remainder', 'checkpoint', 'hold on', 'Therefore', 'ratio must'],
    }
    const page = await openPage(browser, host.address)
    const milliseconds = {
      'the list of runs, from another page': await quickness.list(page),
      'the charts of the run': await quickness.charts(page, shown),
      'zoom to full resolution': await quickness.zoom(page),
      'all groups of the run': await quickness.groups(page, shown),
      'the first page of a search': await quickness.search(page, shown),
    }
    const framesPerSecond = { groups: await scrolling.groups(page, shown), traces: await scrolling.traces(page, shown) }
    return {
      milliseconds,
      framesPerSecond,
      megabytes: await memory(browser, page),
      questions: await questions(host, runId),
    }
  } finally {
    await browser.close()
    await host.end()
  }
}

/** As a window asks them; milliseconds. */
async function questions({ api }: HostProcess, runId: string): Promise<Record<string, Figure>> {
  const search = (query: object) => () => api.groups.search({ runId, ...query })
  const asked: Record<string, () => Promise<unknown>> = {
    'the newest 100 samples': search({}),
    'the first answer for a common word': search({ text: 'remainder' }),
    'the first answer for a word that is nowhere': search({ text: 'zyzzyva' }),
    'the first answer for a regular expression': search({ text: 'x = 1\\d\\.', regex: true }),
    'the longest 100 of all': search({ sort: 'tokens' }),
    'the longest with a word in them, first answer': search({ sort: 'tokens', text: 'checkpoint' }),
    'one prompt through time': async () => {
      const [{ prompt }] = await api.groups.ofStep({ runId, step: 1 })
      return api.groups.promptHistory({ runId, prompt })
    },
    'the groups of one step': () => api.groups.ofStep({ runId, step: 1 }),
    'all metrics of the run': () => api.runs.metrics({ runId }),
    'what the texts come to': () => api.retention.of({ runId }),
  }
  const figures: Record<string, Figure> = {}
  for (const [name, ask] of Object.entries(asked)) {
    const times: number[] = []
    for (let i = 0; i < ROUNDS; i++) {
      const started = performance.now()
      await ask()
      times.push(performance.now() - started)
    }
    times.sort((a, b) => a - b)
    figures[name] = { median: Math.round(times[Math.floor(ROUNDS / 2)]), slowest: Math.round(times[ROUNDS - 1]) }
    console.error(`  ${name}: ${JSON.stringify(figures[name])}`)
  }
  return figures
}
