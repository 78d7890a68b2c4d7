/** Before an update: what critic and reference say of each sampled token, and the advantages that are made of it. */
import type { Settings } from '../../contract/settings.ts'
import type { Episode, TokenSignals } from '../grpo/episode.ts'
import { referenceLogProbs } from '../grpo/micro-step.ts'
import { penalisesRewards } from '../grpo/objective.ts'
import { counts } from '../grpo/shares.ts'
import { batchOf, disposeBatch, microBatches, ofOutputs } from '../model/batch.ts'
import type { Weights } from '../model/model.ts'
import type { Policy } from '../model/policy.ts'
import { type Critic, criticModel } from './critic.ts'
import { gae, whitened } from './gae.ts'
import { valuesOf } from './values.ts'

export interface Assessment {
  /** In the order of those given, with their token signals; their advantage is the mean of their tokens'. */
  episodes: Episode[]
  /** Share of the variance of the returns that the values explain; NaN where the returns are all alike. */
  explained: number
  /** Means over the tokens that count. */
  meanValue: number
  meanReturn: number
  /** Mean over the outputs that count of what the KL penalty took from the reward. */
  penalty: number
}

/** Whether an output has advantages and teaches the critic: it is not masked, and a reward has a verdict on it. */
export const isJudged = (settings: Settings) => {
  const counted = counts(settings)
  return (e: Episode) => counted(e) && !Number.isNaN(e.reward)
}

export async function assess(
  critic: Critic,
  policy: Policy,
  reference: Weights,
  episodes: readonly Episode[],
  settings: Settings,
): Promise<Assessment> {
  const judged = isJudged(settings)
  const said = await say(critic, policy, reference, episodes.filter(counts(settings)), settings)
  const known = episodes.filter(judged)
  const estimates = known.map((e) =>
    gae(tokenRewards(e, said.get(e)!.reference, settings), said.get(e)!.values, settings),
  )
  const advantages = whitened(estimates.map((one) => one.advantages))
  const signals = new Map(
    known.map((e, i): [Episode, TokenSignals] => [
      e,
      { ...said.get(e)!, returns: estimates[i].returns, advantages: advantages[i] },
    ]),
  )
  const values = known.flatMap((e) => Array.from(said.get(e)!.values))
  const returns = estimates.flatMap((one) => one.returns)
  return {
    episodes: episodes.map((e) => withSignals(e, signals.get(e) ?? unjudged(e, said.get(e)))),
    explained: 1 - variance(returns.map((r, i) => r - values[i])) / variance(returns),
    meanValue: mean(values),
    meanReturn: mean(returns),
    penalty: mean(known.map((e) => sum(penalties(e, said.get(e)!.reference, settings)))),
  }
}

type Said = Pick<TokenSignals, 'reference' | 'values'>

async function say(
  critic: Critic,
  policy: Policy,
  reference: Weights,
  episodes: readonly Episode[],
  { microBatchTokens, temperature }: Settings,
): Promise<Map<Episode, Said>> {
  const model = criticModel(critic, policy)
  const said = new Map<Episode, Said>()
  for (const micro of microBatches(episodes, microBatchTokens)) {
    const batch = batchOf(micro)
    const tensors = [referenceLogProbs(policy, reference, batch, temperature), valuesOf(model, batch)]
    const [logProbs, values] = await Promise.all(
      tensors.map(async (t) => ofOutputs(micro, batch, (await t.data()) as Float32Array)),
    )
    micro.forEach((e, i) => {
      said.set(e, { reference: logProbs[i], values: values[i] })
    })
    for (const t of tensors) t.dispose()
    disposeBatch(batch)
  }
  return said
}

/** β · k1 of each token, where the penalty is in the rewards (Ouyang et al. 2022, eq. 2). */
function penalties({ logProbs }: Episode, reference: ArrayLike<number>, settings: Settings): number[] {
  if (!penalisesRewards(settings)) return logProbs.map(() => 0)
  return logProbs.map((logp, t) => settings.beta * (logp - reference[t]))
}

/** Less the penalty; the reward of the whole output comes with its last token. */
function tokenRewards(e: Episode, reference: ArrayLike<number>, settings: Settings): number[] {
  const rewards = penalties(e, reference, settings).map((penalty) => -penalty)
  rewards[rewards.length - 1] += e.reward
  return rewards
}

/** @param said of an output that counts without a verdict: its KL is measured, or in the loss */
function unjudged({ ids }: Episode, said: Said | undefined): TokenSignals {
  const none = () => new Array<number>(ids.length).fill(0)
  return { reference: none(), values: none(), ...said, returns: none(), advantages: none() }
}

function withSignals(e: Episode, tokens: TokenSignals): Episode {
  return { ...e, tokens, advantage: mean(tokens.advantages) }
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
/** 0 of nothing. */
const mean = (values: readonly number[]) => sum(values) / Math.max(1, values.length)

function variance(values: readonly number[]): number {
  const middle = mean(values)
  return mean(values.map((v) => (v - middle) ** 2))
}
