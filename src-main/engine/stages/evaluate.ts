/** Sampled pass@1 on held-out prompts: one output a prompt at temperature 1. */
import { reflectionWords } from '../../contract/metrics.ts'
import type { EvaluationReport, EvaluationSample } from '../../contract/records.ts'
import { correctnessRewards, type RewardName, type RewardParameters } from '../../contract/rewards.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Policy } from '../model/policy.ts'
import type { PromptIds } from '../prompts.ts'
import { randomAt } from '../random.ts'
import { format } from '../rewards/format.ts'
import type { Group } from '../rewards/reward.ts'
import { judge } from '../rewards/score.ts'
import { rollout } from '../rollout/rollout.ts'
import { unrestricted } from '../rollout/sampler.ts'
import type { Problem } from '../tasks/problem.ts'

export interface EvaluationRequest {
  policy: Policy
  problems: Problem[]
  promptIds: PromptIds
  maxTokens: number
  seed: number
  step: number
  /** Its rewards say what is right. */
  settings: Pick<Settings, 'rewardWeights' | 'rewardParameters'>
  progress: (fraction: number) => Promise<void>
}

/** Outputs sampled at once. */
const ROWS = 256

export async function evaluate({
  policy,
  problems,
  promptIds,
  maxTokens,
  seed,
  step,
  settings,
  progress,
}: EvaluationRequest): Promise<EvaluationReport> {
  const started = performance.now()
  const outputs = await rollout({
    model: policy,
    prompts: problems.map(promptIds),
    groupSize: 1,
    maxTokens,
    eosIds: policy.config.eosIds,
    sampler: unrestricted(1),
    random: (prompt) => randomAt(seed, 'evaluate', step, prompt),
    progress,
    maxRows: ROWS,
  })
  const rules = correctnessRewards(settings.rewardWeights)
  let formatted = 0
  const samples: EvaluationSample[] = []
  for (const [i, problem] of problems.entries()) {
    const { ids, finished } = outputs[i][0]
    const completion = { text: policy.tokenizer.decode(ids), finished, tokens: ids.length }
    const group = { problem, completions: [completion], tokenLimit: maxTokens }
    formatted += format(completion).value ?? 0
    samples.push({
      prompt: problem.prompt,
      answer: problem.answer,
      kind: problem.kind,
      text: completion.text,
      tokens: ids.length,
      finishReason: finished ? 'stop' : 'length',
      correct: await isRight(group, rules, settings.rewardParameters),
    })
  }
  const n = samples.length
  const correct = samples.filter((s) => s.correct).length
  const [accuracyLow, accuracyHigh] = wilson(correct, n)
  return {
    step,
    at: new Date().toISOString(),
    prompts: n,
    accuracy: correct / n,
    accuracyLow,
    accuracyHigh,
    formatRate: formatted / n,
    meanLength: samples.reduce((sum, s) => sum + s.tokens, 0) / n,
    reflections: samples.reduce((sum, s) => sum + reflectionsIn(s.text), 0) / n,
    clippedRatio: samples.filter((s) => s.finishReason === 'length').length / n,
    byKind: accuracyByKind(samples),
    seconds: (performance.now() - started) / 1000,
    samples,
  }
}

/** As the first of the rewards says that has a verdict. */
async function isRight(group: Group, rules: RewardName[], parameters: RewardParameters): Promise<boolean> {
  for (const rule of rules) {
    const [{ value }] = await judge(rule, group, parameters)
    if (value !== null) return value === 1
  }
  return false
}

function accuracyByKind(samples: EvaluationSample[]): EvaluationReport['byKind'] {
  const kinds = [...new Set(samples.map((s) => s.kind))].sort()
  return Object.fromEntries(
    kinds.map((kind) => {
      const of = samples.filter((s) => s.kind === kind)
      return [kind, { prompts: of.length, accuracy: of.filter((s) => s.correct).length / of.length }]
    }),
  )
}

const reflection = new RegExp(reflectionWords.join('|'), 'gi')

/** How often a text reconsiders: occurrences of the reflection words. */
export function reflectionsIn(text: string): number {
  return text.match(reflection)?.length ?? 0
}

/** Wilson's 95 % interval of a proportion (Wilson 1927). */
export function wilson(successes: number, n: number): [number, number] {
  const z = 1.959964
  const p = successes / n
  const centre = p + (z * z) / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  const scale = 1 + (z * z) / n
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)]
}
