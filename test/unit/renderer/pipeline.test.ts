import { describe, expect, it } from 'vitest'
import type { EvaluationSummary } from '../../../src-main/contract/evaluation.ts'
import { parseRecipe } from '../../../src-main/contract/recipe.ts'
import type { RunDetail, StageRecord } from '../../../src-main/contract/records.ts'
import {
  beforeAndAfter,
  type Course,
  gateProgress,
  inputOf,
  secondsOf,
  settingsChanged,
  stepsOf,
  sumOf,
  weighed,
} from '../../../src-renderer/pages/pipeline/facts.ts'

const config = parseRecipe(
  {
    ...{
      name: 'p',
      title: 'P',
      description: 'A pipeline.',
      task: { sum: 1 },
      trainPrompts: 8,
      evalPrompts: 8,
      evalEvery: 2,
    },
    settings: { beta: 0.01, rewardWeights: { accuracy: 1, format: 0.5, language: 0 } },
    stages: [
      { kind: 'sft', name: 'cold', steps: 3, data: [{ traces: 1200 }, 'solutions'] },
      {
        ...{ kind: 'grpo', name: 'rl', steps: 4, settings: { beta: 0, rewardWeights: { language: 0.2 } } },
        gate: { metric: 'accuracy', above: 0.9, evaluations: 2 },
      },
      { kind: 'rejection-sampling', name: 'collect', steps: 2 },
    ],
  },
  'p.json',
)

const record = (stage: number, firstStep: number | null, lastStep: number | null): StageRecord => ({
  ...{
    stage,
    name: config.stages[stage].name,
    kind: config.stages[stage].kind,
    plannedSteps: config.stages[stage].steps,
  },
  ...{ firstStep, lastStep, endReason: lastStep === null ? null : 'steps' },
})
const evaluation = (step: number, accuracy: number) => ({ step, accuracy }) as EvaluationSummary
const stages = [record(0, 1, 3), record(1, 4, null), record(2, null, null)]
const course: Course = {
  detail: { config, stages, step: 5, stage: 1 } as unknown as RunDetail,
  columns: {
    steps: [1, 2, 3, 4, 5],
    seconds: [1, 2, 4, 7, 11],
    series: { 'samples/kept': [null, null, null, 6, 7], loss: [1, 2, null, null, null] },
  },
  evaluations: [evaluation(0, 0.1), evaluation(2, 0.2), evaluation(3, 0.3), evaluation(4, 0.5)],
}

describe('the facts of a stage', () => {
  it('its steps, up to now while it goes; none while it waits', () => {
    expect(stages.map((stage) => stepsOf(stage, course.detail))).toEqual([[1, 3], [4, 5], null])
    expect(stepsOf(record(1, 6, null), course.detail)).toBe(null)
  })

  it('what the policy was before it, and is after it', () => {
    const accuracies = stages.map((stage) => {
      const { before, after } = beforeAndAfter(stage, course)
      return [before?.accuracy ?? null, after?.accuracy ?? null]
    })
    expect(accuracies).toEqual([
      [0.1, 0.3],
      [0.3, 0.5],
      [null, null],
    ])
  })

  it('how long it took, and what it added up to', () => {
    expect(stages.map((stage) => secondsOf(stage, course))).toEqual([4, 7, null])
    expect(stages.map((stage) => sumOf(stage, 'samples/kept', course))).toEqual([null, 13, null])
    expect(sumOf(stages[0], 'loss', course)).toBe(3)
  })

  it('how far its gate is', () => {
    expect(gateProgress(stages[0], course)).toBe(null)
    expect(gateProgress(stages[1], course)).toEqual({
      label: 'accuracy',
      above: 0.9,
      points: [{ step: 4, value: 0.5 }],
    })
  })

  it('what it learns from, what it weighs, and what it changes', () => {
    expect(inputOf(config.stages[0])).toEqual(['1200 worked traces', 'worked solutions of the training problems'])
    expect(inputOf(config.stages[1])).toEqual(['all prompts'])
    expect(weighed(config, 0).map(({ name }) => name)).toEqual(['accuracy', 'format'])
    expect(weighed(config, 1)).toContainEqual({ name: 'language', weight: 0.2 })
    expect(settingsChanged(config, 0)).toEqual([])
    expect(settingsChanged(config, 1)).toEqual([
      { path: 'beta', from: 0.01, to: 0 },
      { path: 'rewardWeights.language', from: 0, to: 0.2 },
    ])
    expect(settingsChanged(config, 2)).toEqual([])
  })
})
