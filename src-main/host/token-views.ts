/** The tokens of stored samples, as the nearest checkpoint of their run sees them. */
import { join } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import type { TokenQuestion, TokenViews } from '../contract/tokens.ts'
import type { Host } from './host.ts'
import { requireOwn } from './ingest/own.ts'

/**
 * Nothing of it enters the run.
 * @param signal ends it
 * @throws StudioError not-found for a run without checkpoints; what the job throws
 */
export async function tokenViews(
  host: Pick<Host, 'ask' | 'job'>,
  { runId, step, prompt, samples }: TokenQuestion,
  signal?: AbortSignal,
): Promise<TokenViews> {
  const { ask } = host
  const [run, checkpoints, kind, data] = await Promise.all([
    ask.run(runId),
    ask.checkpoints(runId),
    ask.problemKind(runId, prompt),
    ask.problemData(runId, prompt),
  ])
  requireOwn(run, 'asked about tokens')
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
