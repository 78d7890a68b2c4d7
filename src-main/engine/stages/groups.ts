/**
 * The groups of a step: prompts, samples, rewards. With dynamic sampling (DAPO: Yu et al. 2025, section 3.2) prompts whose samples were all
 * rewarded alike, which teach nothing, give way to others.
 */
import type { Settings } from '../../contract/settings.ts'
import type { Episode } from '../grpo/episode.ts'
import { rewardedAlike } from '../grpo/signal.ts'
import type { Policy } from '../model/policy.ts'
import type { PromptIds } from '../prompts.ts'
import { randomAt } from '../random.ts'
import type { RunningSides } from '../rewards/composite.ts'
import { score } from '../rewards/score.ts'
import { type Output, rollout } from '../rollout/rollout.ts'
import type { Problem } from '../tasks/problem.ts'

export interface GroupRequest {
  step: number
  seed: number
  settings: Settings
  policy: Policy
  problems: Problem[]
  promptIds: PromptIds
  /** Of the composite reward's sides, over the steps before. */
  running?: RunningSides
  progress: (phase: 'rollout' | 'reward', fraction: number) => Promise<void>
}

export interface Groups {
  /** To be trained on: as many as the step has prompts, in the order in which they were sampled. Advantages are still 0. */
  used: Episode[][]
  /** Those without spread whose place others took. */
  dropped: Episode[][]
}

/**
 * Samples until there is a group with spread for each prompt of the step, at most `dynamicSampling` times; each time as many as are missing.
 * Places that are then still free are left to groups without spread, so that a step always has its number of groups.
 * No state is kept: what is drawn depends on seed, step, and the group's place among all that the step sampled.
 */
export async function sampleGroups(request: GroupRequest): Promise<Groups> {
  const { step, seed, settings, problems } = request
  const wanted = settings.promptsPerStep
  const spread: Episode[][] = []
  const alike: Episode[][] = []
  const taken = new Set<Problem>()
  for (let attempt = 1; attempt <= settings.dynamicSampling && spread.length < wanted; attempt++) {
    const prompts =
      attempt === 1
        ? take(problems, wanted, step, seed)
        : others(problems, taken, wanted - spread.length, step, seed, attempt)
    for (const group of await sampled(request, prompts, spread.length + alike.length, attempt))
      (rewardedAlike(group, settings) ? alike : spread).push(group)
    for (const problem of prompts) taken.add(problem)
  }
  const filled = wanted - spread.length
  return {
    used: [...spread, ...alike.slice(0, filled)].sort((a, b) => a[0].group - b[0].group),
    dropped: alike.slice(filled),
  }
}

/** One rollout and what its outputs were rewarded. @param first place of the first group in the step */
async function sampled(
  request: GroupRequest,
  problems: Problem[],
  first: number,
  attempt: number,
): Promise<Episode[][]> {
  const { step, seed, settings, policy } = request
  const share = (fraction: number) => (attempt - 1 + fraction) / settings.dynamicSampling
  const outputs = await rollout({
    model: policy,
    prompts: problems.map(request.promptIds),
    groupSize: settings.groupSize,
    maxTokens: settings.maxCompletionTokens,
    eosIds: policy.config.eosIds,
    sampler: settings,
    random: (group, sample) => randomAt(seed, 'rollout', step, first + group, sample),
    progress: (fraction) => request.progress('rollout', share(fraction)),
  })
  await request.progress('reward', share(1))
  return scored(problems, outputs, first, request)
}

/** The step's share of a training set, which has an order of its own for each epoch and is gone through without gaps or repeats. */
export function take<T>(problems: readonly T[], count: number, step: number, seed: number): T[] {
  const order = (epoch: number) => randomAt(seed, 'epoch', epoch).shuffle(problems.map((_, i) => i))
  const orders = new Map<number, number[]>()
  return Array.from({ length: count }, (_, i) => {
    const position = (step - 1) * count + i
    const epoch = Math.floor(position / problems.length)
    const shuffled = orders.get(epoch) ?? order(epoch)
    orders.set(epoch, shuffled)
    return problems[shuffled[position % problems.length]]
  })
}

/** Each output with what every reward gave it, and why; the advantage comes next. */
async function scored(
  problems: Problem[],
  outputs: Output[][],
  first: number,
  { policy, settings, running }: GroupRequest,
): Promise<Episode[][]> {
  const groups: Episode[][] = []
  for (const [i, samples] of outputs.entries()) {
    const problem = problems[i]
    const texts = samples.map(({ ids }) => policy.tokenizer.decode(ids))
    const completions = samples.map(({ ids, finished }, s) => ({ text: texts[s], finished, tokens: ids.length }))
    const scores = await score({ problem, completions, tokenLimit: settings.maxCompletionTokens }, settings, running)
    const episodeOf = (output: Output, sample: number): Episode => ({
      ...output,
      problem,
      group: first + i,
      sample,
      text: texts[sample],
      ...scores[sample],
      advantage: 0,
    })
    groups.push(samples.map(episodeOf))
  }
  return groups
}

/** Prompts in place of those that taught nothing: drawn from the training set, what the step had already only when nothing else is left. */
function others(
  problems: Problem[],
  taken: ReadonlySet<Problem>,
  count: number,
  step: number,
  seed: number,
  attempt: number,
): Problem[] {
  const order = randomAt(seed, 'resample', step, attempt).shuffle([...problems])
  const freshFirst = [...order.filter((p) => !taken.has(p)), ...order.filter((p) => taken.has(p))]
  return Array.from({ length: count }, (_, i) => freshFirst[i % freshFirst.length])
}
