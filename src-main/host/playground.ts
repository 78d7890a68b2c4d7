/** What a model answers outside any run, told while it grows. */
import type { PlaygroundNews } from '../contract/api.ts'
import type { Domain } from '../contract/domains.ts'
import type { GenerateRequest } from '../contract/jobs.ts'
import { codeKinds, generalKinds, puzzleKinds, type Recipe } from '../contract/recipe.ts'
import type { ResampleNews, ResampleOrder } from '../contract/resampling.ts'
import { modelPath } from '../library/places.ts'
import type { Host } from './host.ts'
import { requireOwn } from './ingest/own.ts'
import { told } from './told.ts'

/**
 * @param signal ends it
 * @throws StudioError not-found for a model that was not fetched; bad-model, bad-request, engine-died
 */
export function answer(
  host: Pick<Host, 'job'>,
  { model, chat, ...ask }: { model: string; chat: boolean } & Omit<GenerateRequest, 'modelDir' | 'chat'>,
  signal?: AbortSignal,
): AsyncGenerator<PlaygroundNews, void, void> {
  return told<PlaygroundNews, PlaygroundNews>(async (hear, signal) => {
    const began = Date.now()
    const request = { modelDir: modelPath(model), chat: chat && ('auto' as const), ...ask }
    const whole = await host.job('generate', request, { signal, onNews: (part) => hear({ done: false, ...part }) })
    return { done: true, seconds: (Date.now() - began) / 1000, ...whole }
  }, signal)
}

/**
 * Nothing of it enters the run.
 * @param signal ends it
 * @throws StudioError not-found for a run, a model, or a reward model that is not there; what the job throws
 */
export function resample(
  host: Pick<Host, 'ask' | 'job' | 'rewardModels'>,
  { model, runId, prompt, answer, ...ask }: ResampleOrder,
  signal?: AbortSignal,
): AsyncGenerator<ResampleNews, void, void> {
  return told<ResampleNews, ResampleNews>(async (hear, signal) => {
    const began = Date.now()
    const [run, kind, data] = await Promise.all([
      host.ask.run(runId),
      host.ask.problemKind(runId, prompt),
      host.ask.problemData(runId, prompt),
    ])
    requireOwn(run, 'asked to judge')
    const { config: recipe, settings, folder, stage } = run
    const problem = { prompt, answer, kind, domain: domainOf(recipe, kind), ...(data && { data }) }
    const { rewardWeights, rewardParameters, sideWeights, sideScaling } = settings
    const request = {
      ...{ ...ask, modelDir: modelPath(model), recipe, problem, folder, stage },
      settings: { rewardWeights, rewardParameters, sideWeights, sideScaling },
      rewardModels: host.rewardModels.folder,
    }
    const onNews = ({ fraction }: { fraction: number }) => hear({ done: false, fraction })
    const { samples } = await host.job('resample', request, { signal, onNews })
    return { done: true, seconds: (Date.now() - began) / 1000, samples }
  }, signal)
}

/** What its data set is about; else what problems of this kind are generated for. */
function domainOf({ data }: Recipe, kind: string): Domain {
  const isOne = (kinds: readonly string[]) => kinds.includes(kind)
  return (
    data?.domain ??
    (isOne(generalKinds) ? 'general' : isOne(codeKinds) ? 'code' : isOne(puzzleKinds) ? 'logic' : 'math')
  )
}
