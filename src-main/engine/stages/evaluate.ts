/** A model on held-out prompts: k outputs each, judged, and what they come to. */
import type { EvaluationForm, EvaluationReport, EvaluationSample } from '../../contract/evaluation.ts'
import type { Settings } from '../../contract/settings.ts'
import { summarise } from '../../evaluation/summary.ts'
import type { Policy } from '../model/policy.ts'
import type { PromptIds } from '../prompts.ts'
import { randomAt } from '../random.ts'
import { format } from '../rewards/format.ts'
import { judged } from '../rewards/judged.ts'
import { judge } from '../rewards/score.ts'
import { votesOf } from '../rewards/votes.ts'
import { type Output, rollout } from '../rollout/rollout.ts'
import { unrestricted } from '../rollout/sampler.ts'
import { difficultyOf } from '../tasks/difficulty.ts'
import type { Problem } from '../tasks/problem.ts'
import { generalMeasures } from './general.ts'

export interface EvaluationRequest {
  policy: Policy
  problems: Problem[]
  /** Prompts that no rule has an answer to: judged by the reward models that are open. */
  general?: Problem[]
  promptIds: PromptIds
  form: EvaluationForm
  maxTokens: number
  seed: number
  step: number
  /** Its rewards say what is right. */
  settings: Pick<Settings, 'rewardWeights' | 'rewardParameters'>
  progress: (fraction: number) => Promise<void>
}

/** Outputs sampled at once. */
export const EVALUATION_ROWS = 256

export async function evaluate(request: EvaluationRequest): Promise<EvaluationReport> {
  const { policy, problems, promptIds, form, maxTokens, seed, step, settings, progress, general = [] } = request
  const started = performance.now()
  const sampled = (of: Problem[], purpose: string) =>
    rollout({
      model: policy,
      prompts: of.map(promptIds),
      groupSize: form.samples,
      maxTokens,
      eosIds: policy.config.eosIds,
      sampler: { ...unrestricted(form.temperature), topP: form.topP },
      // the first sample is the same however many there are
      random: (prompt, sample) => randomAt(seed, purpose, step, prompt, ...(sample > 0 ? [sample] : [])),
      progress,
      maxRows: EVALUATION_ROWS,
    })
  const outputs = await sampled(problems, 'evaluate')
  const completionsOf = (own: Output[]) =>
    own.map(({ ids, finished }) => ({ text: policy.tokenizer.decode(ids), finished, tokens: ids.length }))
  let formatted = 0
  const samples: EvaluationSample[] = []
  for (const [i, problem] of problems.entries()) {
    const completions = completionsOf(outputs[i])
    const group = { problem, completions, tokenLimit: maxTokens }
    const { rule, right } = await judged(group, settings)
    const votes = votesOf(group, rule, settings.rewardParameters)
    const languages = await judge('language', group, settings.rewardParameters)
    completions.forEach((completion, sample) => {
      formatted += format(completion).value ?? 0
      samples.push({
        prompt: problem.prompt,
        answer: problem.answer,
        kind: problem.kind,
        sample,
        text: completion.text,
        tokens: completion.tokens,
        finishReason: completion.finished ? 'stop' : 'length',
        correct: right[sample],
        vote: votes[sample],
        level: difficultyOf(problem),
        language: languages[sample].value,
      })
    })
  }
  const answered = general.length > 0 ? await sampled(general, 'evaluate-general') : []
  const groups = general.map((problem, i) => ({
    problem,
    completions: completionsOf(answered[i]),
    tokenLimit: maxTokens,
  }))
  return {
    step,
    at: new Date().toISOString(),
    ...summarise(samples, form.samples),
    ...(general.length > 0 && { general: await generalMeasures(groups, settings.rewardParameters) }),
    temperature: form.temperature,
    topP: form.topP,
    formatRate: formatted / samples.length,
    seconds: (performance.now() - started) / 1000,
    samples,
  }
}
