/** The tokens of stored samples: as the nearest checkpoint of their run sees them, or as the trainer of the run told of them. */
import { join } from 'node:path'
import { engineName } from '../contract/engines.ts'
import { StudioError } from '../contract/errors.ts'
import type { RunSource } from '../contract/records.ts'
import type { TokenQuestion, TokenView, TokenViews } from '../contract/tokens.ts'
import type { SampledTokens } from '../store/completion-tokens.ts'
import type { Host } from './host.ts'

/**
 * Nothing of it enters the run.
 * @param signal ends it
 * @throws StudioError not-found for a run without checkpoints, or whose trainer told nothing of these tokens; what the job throws
 */
export async function tokenViews(
  host: Pick<Host, 'ask' | 'job'>,
  question: TokenQuestion,
  signal?: AbortSignal,
): Promise<TokenViews> {
  const { ask } = host
  const { runId, prompt, samples } = question
  const [run, checkpoints, kind, data] = await Promise.all([
    ask.run(runId),
    ask.checkpoints(runId),
    ask.problemKind(runId, prompt),
    ask.problemData(runId, prompt),
  ])
  if (run.source) return { checkpoint: null, samples: await told(ask, run.source, question) }
  const step = question.source === 'train' ? question.step - 1 : question.step
  const nearest = checkpoints.toSorted((a, b) => Math.abs(a.step - step) - Math.abs(b.step - step))[0]
  if (!nearest)
    throw new StudioError(
      'not-found',
      `Run #${run.number} has no checkpoint that could be asked.`,
      'The first is written before its first step.',
    )
  const problem = { prompt, answer: '', kind, domain: 'math' as const, ...(data && { data }) }
  const request = { folder: join(run.folder, nearest.folder), recipe: run.config, problem, samples }
  return { checkpoint: nearest.step, samples: await host.job('token-views', request, { signal }) }
}

/** As its sampler saw them: nothing is asked of any model. */
async function told(
  ask: Host['ask'],
  { engine }: RunSource,
  { runId, step, group, samples }: TokenQuestion,
): Promise<TokenView[][]> {
  const stored: Map<number, SampledTokens> =
    group === null ? new Map() : await ask.sampledTokens(runId, { step, group })
  return samples.map(({ sample }) => {
    const { texts, logProbs } = stored.get(sample) ?? { texts: null, logProbs: null }
    if (!texts || !logProbs)
      throw new StudioError(
        'not-found',
        `${engineName(engine)} did not deliver the tokens of these samples${texts ? ' with their log-probabilities' : ''}.`,
        'docs/attach.md says how a trainer delivers them.',
      )
    return texts.map((text, i) => ({
      text,
      logProb: logProbs[i] ?? Number.NaN,
      referenceLogProb: Number.NaN,
      entropy: Number.NaN,
      likely: [],
    }))
  })
}
