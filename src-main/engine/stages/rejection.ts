/**
 * One step of rejection sampling (Guo et al. 2025, Methods: the reasoning data of the second fine-tuning): samples of the policy as it is, of which
 * only those are kept that are right, well-formed, in one language, of readable paragraphs, and new. Nothing is trained.
 */
import type { StepReport } from '../../contract/records.ts'
import { type DropReason, dropReasons, type StageOf } from '../../contract/stages.ts'
import { reflectionsIn } from '../../evaluation/summary.ts'
import type { Episode } from '../grpo/episode.ts'
import { flawsOf, type KeepLimits } from '../rewards/flaws.ts'
import { type Collected, type Collection, noCounts } from './collection.ts'
import { type GroupRequest, sampleGroups } from './groups.ts'
import { recordOf, rewardMetricsOf } from './grpo.ts'

export interface RejectionStep extends GroupRequest {
  stage: number
  tokensBefore: number
  limits: KeepLimits & Pick<StageOf<'rejection-sampling'>, 'keepPerPrompt'>
  collection: Collection
}

/** What is kept is on the disk when it returns. */
export async function rejectionStep(run: RejectionStep): Promise<StepReport> {
  const { step, settings, collection } = run
  const started = performance.now()
  // a group of equal rewards teaches nothing, but it is as good a source of samples as any
  const { used: groups } = await sampleGroups({ ...run, settings: { ...settings, dynamicSampling: 1 } })
  const sampled = performance.now()
  const counts = noCounts()
  const kept: Collected[] = []
  for (const episodes of groups) {
    const completions = episodes.map(({ text, finished, ids }) => ({ text, finished, tokens: ids.length }))
    const group = { problem: episodes[0].problem, completions, tokenLimit: settings.maxCompletionTokens }
    const verdicts = await flawsOf(group, settings, run.limits)
    episodes.forEach((episode, i) => {
      const { problem, text } = episode
      const reason = verdicts[i] ?? surplusOf(episode, run)
      counts.sampled++
      counts[reason ?? 'kept']++
      if (reason) return
      const line = { ...problem, completion: text, step }
      collection.remember(line)
      kept.push(line)
    })
  }
  collection.write(step, kept, counts)
  const all = groups.flat()
  const tokens = all.reduce((sum, { ids }) => sum + ids.length, 0)
  const meanOf = (value: (e: Episode) => number) => all.reduce((sum, e) => sum + value(e), 0) / all.length
  const records = groups.map((group) => recordOf(group, settings))
  const rewards = all.map((e) => e.reward).filter((reward) => !Number.isNaN(reward))
  const seconds = (performance.now() - started) / 1000
  return {
    step,
    stage: run.stage,
    at: new Date().toISOString(),
    settings,
    metrics: {
      reward: rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length,
      ...rewardMetricsOf(all),
      'completions/mean_length': tokens / all.length,
      'completions/max_length': all.reduce((most, e) => Math.max(most, e.ids.length), 0),
      'completions/clipped_ratio': meanOf((e) => (e.finished ? 0 : 1)),
      'completions/reflections': meanOf((e) => reflectionsIn(e.text)),
      'samples/kept': counts.kept,
      ...droppedMetrics(counts),
      num_tokens: run.tokensBefore + tokens,
      tokens_per_second: tokens / seconds,
      'seconds/rollout': (sampled - started) / 1000,
      'seconds/step': seconds,
    },
    groups: records,
  }
}

const droppedMetrics = (counts: Record<DropReason, number>) =>
  Object.fromEntries(dropReasons.map((reason) => [`samples/dropped_${reason}`, counts[reason]])) as Record<
    `samples/dropped_${DropReason}`,
    number
  >

function surplusOf(
  { problem: { prompt }, text }: Episode,
  { collection, limits }: RejectionStep,
): DropReason | undefined {
  if (collection.has(prompt, text)) return 'duplicate'
  return collection.count(prompt) >= limits.keepPerPrompt ? 'surplus' : undefined
}
