/** A database with a million stored samples: how long the window's questions take, asked as the host asks them. */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initialSettings } from '../../src-main/contract/recipe.ts'
import { type TracePage, traceQuery } from '../../src-main/contract/traces.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { readerEntry } from '../../src-main/host/entries.ts'
import { databasePath, prepareDataFolder, runFolder } from '../../src-main/store/folder.ts'
import type { Reader } from '../../src-main/store/queries.ts'
import { startReader } from '../../src-main/store/reader.ts'
import { insertRun, updateRun } from '../../src-main/store/runs.ts'
import { beginStage, insertStages } from '../../src-main/store/stages.ts'
import { insertStep } from '../../src-main/store/steps.ts'
import { Store } from '../../src-main/store/store.ts'
import { recipeOf, stepReport } from '../host/support/records.ts'

const SAMPLES = 1_000_000
const GROUPS = 16
const GROUP_SIZE = 16
const ROUNDS = 5
const runId = '0001-bench'

export async function traces(): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'grpo-traces-'))
  try {
    prepareDataFolder(folder)
    const seconds = fill(folder)
    const { ask, close } = startReader(folder, readerEntry)
    const questions = await measure(ask)
    await close()
    return {
      samples: SAMPLES,
      megabytes: Math.round(statSync(databasePath(folder)).size / 1e6),
      fillSeconds: seconds,
      questions,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function fill(folder: string): number {
  const started = performance.now()
  fillSamples(folder, 1, runId, SAMPLES)
  return (performance.now() - started) / 1000
}

/** A run with so many stored samples. */
export function fillSamples(folder: string, number: number, id: string, samples: number): void {
  const store = new Store(folder)
  const config = recipeOf()
  const steps = Math.ceil(samples / (GROUPS * GROUP_SIZE))
  mkdirSync(runFolder(folder, id))
  store.write((db) => {
    const settings = initialSettings(config)
    insertRun(db, { number, id, config, backendWanted: null, createdAt: '2026-01-01T00:00:00Z', settings })
    insertStages(db, number, config)
    beginStage(db, number, 0, 1)
  })
  for (let from = 1; from <= steps; from += 100)
    store.write((db) => {
      for (let step = from; step < Math.min(from + 100, steps + 1); step++) {
        const groups = Array.from({ length: GROUPS }, (_, g) => group(step, g))
        insertStep(db, number, stepReport(step, { groups }), step)
      }
    })
  store.write((db) => updateRun(db, number, { status: 'finished', step: steps, endedAt: '2026-01-02T00:00:00Z' }))
  store.close()
}

/** Reasoning of some 250 characters, in which one in ten thousand says "eureka". */
function group(step: number, position: number) {
  const random = randomAt(0, 'traces', step, position)
  const whole = (below: number) => Math.floor(random.next() * below)
  const completions = Array.from({ length: GROUP_SIZE }, (_, sample) => {
    const lines = Array.from({ length: 12 }, () => `${whole(99)}+${whole(99)}=${whole(198)}; wait, `)
    if (whole(10_000) === 0) lines.push('eureka ')
    const value = whole(2)
    return {
      sample,
      text: `<think>${lines.join('')}</think><answer>${whole(999)}</answer>`,
      tokens: 40 + whole(200),
      finishReason: 'stop' as const,
      reward: value,
      advantage: value - 0.5,
      parts: { accuracy: { value, weight: 1, reason: 'answer 5, expected 6' } },
    }
  })
  const own = { group: position, prompt: `${whole(99)}+${whole(99)}=`, answer: '1', kind: 'sum' }
  return {
    ...own,
    meanReward: 0.5,
    stdReward: 0.5,
    zeroSpread: false,
    advantages: [],
    rewards: [],
    completions,
  } as never
}

async function measure(ask: Reader) {
  const last = Math.ceil(SAMPLES / (GROUPS * GROUP_SIZE))
  const search =
    (query: object, whole = false) =>
    async () => {
      let page: TracePage | undefined
      let hits = 0
      do {
        page = await ask.traces(traceQuery.parse({ runId, ...query, ...(page?.cursor ? { cursor: page.cursor } : {}) }))
        hits += page.hits.length
      } while (whole && page.cursor)
      return hits
    }
  const questions: Record<string, () => Promise<unknown>> = {
    'the newest 100': search({}),
    'first answer to "wait"': search({ text: 'wait' }),
    'first answer to "eureka"': search({ text: 'eureka' }),
    'every "eureka" in all of them': search({ text: 'eureka', limit: 500 }, true),
    'every match of a regular expression': search({ text: 'eureka\\s*<', regex: true, limit: 500 }, true),
    'the longest 100 of all': search({ sort: 'tokens' }),
    'the 100 best right answers': search({ sort: 'advantage', right: true }),
    'sorted by rightness': search({ sort: 'right' }),
    'sorted by prompt': search({ sort: 'prompt' }),
    'in one language': search({ language: 'en' }),
    'the figures of all groups': () => ask.groupFigures(runId, 0),
    'prompts in common with itself': () => ask.commonPrompts({ runs: [runId, runId], text: '', limit: 500 }),
    'the groups of one step': () => ask.groupsOfStep(runId, last / 2),
    'one group': () => ask.group(runId, Math.floor(last / 2), 3),
    'one prompt through time': () => ask.promptHistory(runId, '12+34='),
    'the curve of one metric': () => ask.metrics(runId, ['reward'], 0),
    'the list of runs': () => ask.runs(),
  }
  const measured: Record<string, { milliseconds: number; slowest: number; answers?: number }> = {}
  for (const [name, question] of Object.entries(questions)) {
    const times: number[] = []
    let answers: unknown
    for (let i = 0; i < ROUNDS; i++) {
      const started = performance.now()
      answers = await question()
      times.push(performance.now() - started)
    }
    times.sort((a, b) => a - b)
    measured[name] = {
      milliseconds: Math.round(times[Math.floor(ROUNDS / 2)] * 10) / 10,
      slowest: Math.round(times[ROUNDS - 1] * 10) / 10,
      ...(typeof answers === 'number' ? { answers } : {}),
    }
    console.error(`  ${name}: ${measured[name].milliseconds} ms`)
  }
  return measured
}
