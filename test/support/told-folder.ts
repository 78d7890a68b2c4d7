/** A data folder with a finished run in which the model said what a test wants it to have said. */
import { mkdirSync } from 'node:fs'
import { initialSettings } from '../../src-main/contract/recipe.ts'
import type { SampledGroup } from '../../src-main/contract/records.ts'
import { prepareDataFolder, runFolder } from '../../src-main/store/folder.ts'
import { insertRun, updateRun } from '../../src-main/store/runs.ts'
import { beginStage, endStage, insertStages } from '../../src-main/store/stages.ts'
import { insertStep } from '../../src-main/store/steps.ts'
import { Store } from '../../src-main/store/store.ts'
import { recipeOf, stepReport } from '../host/support/records.ts'

export interface Told {
  prompt: string
  text: string
  language?: string
}

/** @param steps what was said in each: a group a prompt and a sample a text; the first half of the steps is the first stage */
export function tellFolder(folder: string, steps: readonly (readonly Told[])[], number = 1): void {
  prepareDataFolder(folder)
  const store = new Store(folder)
  const config = recipeOf()
  const id = `000${number}-told`
  mkdirSync(runFolder(folder, id))
  store.write((db) => {
    const at = '2026-01-01T00:00:00Z'
    insertRun(db, { number, id, config, backendWanted: null, createdAt: at, settings: initialSettings(config) })
    insertStages(db, number, config)
    const second = Math.ceil(steps.length / 2) + 1
    beginStage(db, number, 0, 1)
    endStage(db, number, 0, second - 1, 'steps')
    if (second <= steps.length) beginStage(db, number, 1, second)
    steps.forEach((told, i) => {
      const step = i + 1
      insertStep(db, number, stepReport(step, { groups: groupsOf(told), stage: step < second ? 0 : 1 }), step)
    })
    updateRun(db, number, { status: 'finished', step: steps.length, endedAt: at })
  })
  store.close()
}

function groupsOf(told: readonly Told[]): SampledGroup[] {
  const prompts = [...new Set(told.map(({ prompt }) => prompt))]
  return prompts.map((prompt, group) => {
    const own = told.filter((one) => one.prompt === prompt)
    const completions = own.map(({ text, language }, sample) => {
      const right = text.includes('<answer>4</answer>')
      return {
        ...{ sample, text, tokens: Math.min(100_000, text.length), finishReason: 'stop' as const, language },
        ...{ reward: Number(right), advantage: right ? 0.7 : -0.7 },
        parts: { accuracy: { value: Number(right), weight: 1, reason: right ? 'answer 4' : 'no answer 4' } },
      }
    })
    const rewards = completions.map(({ reward }) => reward)
    const meanReward = rewards.reduce((a, b) => a + b, 0) / rewards.length
    const zeroSpread = rewards.every((reward) => reward === rewards[0])
    const figures = { meanReward, stdReward: zeroSpread ? 0 : 0.5, zeroSpread, advantages: [], rewards }
    return { ...{ group, prompt, answer: '4', kind: 'sum' }, ...figures, completions }
  })
}
