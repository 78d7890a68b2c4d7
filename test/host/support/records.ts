/** Records as an engine reports them, for tests that need no engine. */

import type { EvaluationReport } from '../../../src-main/contract/evaluation.ts'
import { type MetricName, type Metrics, metrics } from '../../../src-main/contract/metrics.ts'
import { parseRecipe, type Recipe } from '../../../src-main/contract/recipe.ts'
import type { SampledGroup, StepReport } from '../../../src-main/contract/records.ts'
import { defaultSettings } from '../../../src-main/contract/settings.ts'

export function recipeOf(more: Record<string, unknown> = {}): Recipe {
  return parseRecipe(
    {
      name: 'test',
      title: 'A test',
      task: { sum: 1 },
      evalEvery: 0,
      stages: [
        { kind: 'grpo', name: 'first', steps: 4 },
        { kind: 'grpo', name: 'second', steps: 6 },
      ],
      ...more,
    },
    'The test recipe',
  )
}

export function stepReport(step: number, more: Partial<StepReport> = {}): StepReport {
  const names = Object.keys(metrics) as MetricName[]
  return {
    step,
    stage: 0,
    at: new Date(1_700_000_000_000 + step * 1000).toISOString(),
    settings: defaultSettings,
    metrics: Object.fromEntries(names.map((name, i) => [name, step + i / 7])) as Metrics,
    groups: [group(0, step), group(1, step)],
    ...more,
  }
}

function group(position: number, step: number): SampledGroup {
  const rewards = [1.1, 0.1, 0]
  return {
    group: position,
    prompt: `${step}${position}+2=`,
    answer: '9',
    kind: 'sum',
    meanReward: 0.4,
    stdReward: 0.608,
    zeroSpread: false,
    advantages: [1.15, -0.49, -0.66],
    rewards,
    completions: rewards.map((reward, sample) => ({
      sample,
      text: `<think>step ${step}, "quoted"\nline</think><answer>9</answer>`,
      tokens: 10 + sample,
      finishReason: sample === 2 ? 'length' : 'stop',
      reward,
      parts: {
        accuracy: { value: sample === 0 ? 1 : 0, weight: 1, reason: 'answered 9' },
        format: { value: sample < 2 ? 1 : 0, weight: 0.1, reason: 'think, then answer' },
      },
      advantage: [1.15, -0.49, -0.66][sample],
    })),
  }
}

export function evaluationReport(step: number): EvaluationReport {
  return {
    step,
    at: new Date(1_700_000_000_000 + step * 1000).toISOString(),
    prompts: 2,
    accuracy: 0.5,
    accuracyLow: 0.1,
    accuracyHigh: 0.9,
    formatRate: 1,
    meanLength: 12.5,
    reflections: 0.5,
    clippedRatio: 0,
    byKind: { sum: { prompts: 2, accuracy: 0.5, low: 0.1, high: 0.9 } },
    seconds: 0.25,
    samplesPerPrompt: 1,
    temperature: 1,
    topP: 1,
    passAt: [],
    consensus: null,
    languageMixing: 0,
    byLevel: { 1: { prompts: 2, accuracy: 0.5, low: 0.1, high: 0.9 } },
    samples: ['1+1=', '11+2='].map((prompt, i) => ({
      prompt,
      answer: '2',
      kind: 'sum',
      sample: 0,
      text: `<think>wait</think><answer>${i + 2}</answer>`,
      tokens: 12,
      finishReason: 'stop',
      correct: i === 0,
      vote: 0,
      level: 1,
      language: 1,
    })),
  }
}
