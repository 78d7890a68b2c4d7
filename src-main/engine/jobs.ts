/** What an engine process does for each job. Each part is loaded when it is first asked for. */
import type { JobName, Jobs } from '../contract/jobs.ts'

type Work<N extends JobName> = (
  ask: Jobs[N]['ask'],
  tell: (news: Jobs[N]['news']) => void,
) => Promise<Jobs[N]['answer']>

const works: { [N in JobName]: Work<N> } = {
  generate: async (ask, tell) => (await import('./inference.ts')).generateText(ask, tell),
  sample: async (ask) => (await import('./inference.ts')).sampleTexts(ask),
  choose: async (ask) => (await import('./choice.ts')).choose(ask),
  'train-reward-model': async (ask, tell) => (await import('./reward-models/train.ts')).trainRewardModel(ask, tell),
  'evaluate-reward-model': async (ask) => (await import('./reward-models/train.ts')).evaluateRewardModel(ask),
  'compare-reward-models': async (ask) => (await import('./reward-models/compare.ts')).compareRewardModels(ask),
  'try-reward-model': async (ask) => (await import('./reward-models/try.ts')).tryRewardModel(ask),
  'token-views': async (ask) => (await import('./token-views.ts')).tokenViews(ask),
  resample: async (ask, tell) => (await import('./resample.ts')).resample(ask, tell),
  estimate: async (ask) => (await import('./estimate/estimate.ts')).estimate(ask),
  measure: async (ask) => (await import('./estimate/measure.ts')).measure(ask),
  'preview-data': async (ask) => (await import('./tasks/preview.ts')).previewData(ask),
  'ray-problems': async (ask) => (await import('./ray-problems.ts')).rayProblems(ask),
  evaluate: async (ask, tell) => (await import('./evaluation.ts')).evaluateModel(ask, tell),
}

/** @throws what the work throws */
export function work<N extends JobName>(name: N, ask: Jobs[N]['ask'], tell: (news: Jobs[N]['news']) => void) {
  return works[name](ask, tell)
}
