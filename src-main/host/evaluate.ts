/** A model, a checkpoint or a run measured on held-out problems, outside any training; what comes of it is stored. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { z } from 'zod'
import { StudioError } from '../contract/errors.ts'
import type { EvaluationEntry, EvaluationRequest, ProblemSource } from '../contract/evaluation.ts'
import type { MeasureNews, measureOrder } from '../contract/measuring.ts'
import { defaultPrompt } from '../contract/prompt.ts'
import { levelsAt, type Recipe, rewardsOf } from '../contract/recipe.ts'
import { correctnessRewards, type RewardName } from '../contract/rewards.ts'
import { defaultSettings } from '../contract/settings.ts'
import { modelPath } from '../library/places.ts'
import { insertModelEvaluation } from '../store/model-evaluations.ts'
import type { Host } from './host.ts'
import { requireOwn } from './ingest/own.ts'
import { describeRecipe } from './recipes.ts'
import { told } from './told.ts'

export interface EvaluateOrder extends Pick<EvaluationRequest, 'prompts' | 'form' | 'seed' | 'backend'> {
  /** A run (number, id or `last`), a model's name, or the path of a model or checkpoint. */
  subject: string
  /** Of a run: which checkpoint; the newest without it. */
  step?: number
  /** Of a run its own held-out problems, unless others are named. */
  problems?: ProblemSource
  maxTokens?: number
  reward?: RewardName
}

/**
 * @throws StudioError not-found for a run without that checkpoint, or a model that is not there; bad-request without problems; what the job
 *   throws
 */
export async function evaluateOutside(
  host: Pick<Host, 'ask' | 'job' | 'keep'>,
  order: EvaluateOrder,
  options: { signal?: AbortSignal; onFraction?: (fraction: number) => void } = {},
): Promise<EvaluationEntry> {
  const { subject, modelDir, recipe } = await subjectOf(host, order)
  const problems = order.problems ?? (recipe && problemsOf(recipe))
  if (!problems)
    throw new StudioError(
      'bad-request',
      `It is not said on which problems ${order.subject} is to be measured.`,
      'Name kinds of generated ones (--task sum,chain) or a file (--problems questions.jsonl).',
    )
  const settings = recipe && describeRecipe(recipe).stages.map((stage) => stage.settings)
  const weights = Object.fromEntries((recipe ? rewardsOf(recipe) : []).map((name) => [name, 1]))
  const request: EvaluationRequest = {
    modelDir,
    problems,
    prompts: order.prompts,
    prompt: { ...(recipe?.prompt ?? defaultPrompt), ...('file' in problems && { examples: 0 }) },
    form: order.form,
    maxTokens: order.maxTokens ?? Math.max(...(settings ?? [defaultSettings]).map((s) => s.maxCompletionTokens)),
    seed: order.seed,
    rewards: order.reward ? [order.reward] : recipe ? correctnessRewards(weights) : rightOf(problems),
    rewardParameters: settings?.at(-1)?.rewardParameters ?? {},
    backend: order.backend,
  }
  const report = await host.job('evaluate', request, {
    signal: options.signal,
    onNews: ({ fraction }) => options.onFraction?.(fraction),
  })
  const measured = { subject, problems: described(problems), request, report }
  return host.keep((db) => insertModelEvaluation(db, measured))
}

/** The same for a window. @throws as `evaluateOutside` */
export function measure(
  host: Pick<Host, 'ask' | 'job' | 'keep'>,
  { problems, ...order }: z.output<typeof measureOrder>,
  signal?: AbortSignal,
): AsyncGenerator<MeasureNews, void, void> {
  return told<MeasureNews, MeasureNews>(async (hear, signal) => {
    const onFraction = (fraction: number) => hear({ done: false, fraction })
    const whole = { ...order, problems: problems && sourceOf(problems) }
    return { done: true, entry: await evaluateOutside(host, whole, { signal, onFraction }) }
  }, signal)
}

function sourceOf(problems: NonNullable<z.output<typeof measureOrder>['problems']>): ProblemSource {
  if ('file' in problems) return { ...problems, file: resolve(problems.file) }
  const { kinds, level } = problems
  return {
    task: Object.fromEntries(kinds.map((kind) => [kind, 1])),
    levels: levelsAt(level),
  }
}

async function subjectOf(
  host: Pick<Host, 'ask'>,
  { subject, step }: EvaluateOrder,
): Promise<{ subject: string; modelDir: string; recipe?: Recipe }> {
  const run = await host.ask.run(subject).catch((error: unknown) => {
    if (error instanceof StudioError && error.code === 'not-found') return undefined
    throw error
  })
  if (!run) {
    if (/^#?\d+$|^last$/.test(subject)) await host.ask.run(subject)
    const path = modelPath(subject)
    if (path !== 'embedded' && !existsSync(path))
      throw new StudioError(
        'not-found',
        `There is neither a run nor a model "${subject}".`,
        'grpo-studio runs and grpo-studio models list what there is; a checkpoint is named by its folder.',
      )
    return { subject, modelDir: path === 'embedded' ? path : resolve(path) }
  }
  requireOwn(run, 'measured')
  const checkpoints = await host.ask.checkpoints(run.id)
  const found = step === undefined ? checkpoints.at(-1) : checkpoints.find((c) => c.step === step)
  if (!found)
    throw new StudioError(
      'not-found',
      `Run #${run.number} has no checkpoint${step === undefined ? '' : ` of step ${step}`}.`,
      `It has those of steps ${checkpoints.map((c) => c.step).join(', ') || '(none yet)'}.`,
    )
  return {
    subject: `run #${run.number} at step ${found.step}`,
    modelDir: join(run.folder, found.folder),
    recipe: run.config,
  }
}

function problemsOf({ task = {}, levels = {}, data }: Recipe): ProblemSource {
  return data ? { file: data.eval, domain: data.domain, map: data.map } : { task, levels }
}

/** What judges where no recipe says it: puzzles have their own verifier, numbers in a file may be formulas. */
const rightOf = (problems: ProblemSource): RewardName[] => ('file' in problems ? ['math'] : ['logic', 'accuracy'])

function described(problems: ProblemSource): string {
  if ('file' in problems) return problems.file
  const kinds = Object.entries(problems.task).filter(([, weight]) => weight > 0)
  const levels = problems.levels as Record<string, unknown>
  return kinds.map(([kind]) => `${kind}${levels[kind] === undefined ? '' : ` ${levels[kind]}`}`).join(', ')
}
