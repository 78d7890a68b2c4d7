/** Evaluations by name, of runs and of models, and two of them side by side. */
import { StudioError } from '../contract/errors.ts'
import type { Comparison, EvaluationEntry, EvaluationSample } from '../contract/evaluation.ts'
import { compare, type Side } from '../evaluation/compare.ts'
import { type Db, sql } from './database.ts'
import { courseEvaluationSamples, courseEvaluations, evaluationsOf } from './evaluations.ts'
import { modelEvaluation, modelEvaluations } from './model-evaluations.ts'
import { findRun, type RunRow } from './runs.ts'

/** Every evaluation that there is: those of runs, then those of models. */
export function evaluationEntries(db: Db): EvaluationEntry[] {
  const runs = sql<{ number: number }>(db, 'SELECT number FROM runs WHERE deleted_at IS NULL ORDER BY number').all()
  const ofRuns = runs.flatMap((run) => evaluationsOf(db, run.number).map((summary) => runEntry(run, summary)))
  return [...ofRuns, ...modelEvaluations(db)]
}

/**
 * @param a `e3`; a run, whose newest evaluation it is; a run and a step, `3@170`
 * @throws StudioError not-found naming it; bad-request if they have no prompt in common
 */
export function comparison(db: Db, a: string, b: string): Comparison {
  return compare(sideOf(db, a), sideOf(db, b))
}

function sideOf(db: Db, name: string): Side {
  const asked = /^e(\d{1,9})$/.exec(name)
  const found = asked ? modelEvaluation(db, Number(asked[1])) : runEvaluation(db, name)
  if (found) return found
  throw new StudioError('not-found', `There is no evaluation "${name}".`, 'grpo-studio compare lists them all.')
}

function runEvaluation(db: Db, name: string): { entry: EvaluationEntry; samples: EvaluationSample[] } | undefined {
  const [runName, step] = name.split('@')
  const run = findRun(db, runName)
  if (!run || run.deleted_at !== null) return undefined
  const all = courseEvaluations(db, run.number)
  const summary = step === undefined ? all.at(-1) : all.find((e) => String(e.step) === step)
  if (!summary) return undefined
  return { entry: runEntry(run, summary), samples: courseEvaluationSamples(db, run.number, summary.step, -1) }
}

function runEntry(run: Pick<RunRow, 'number'>, summary: EvaluationEntry['summary']): EvaluationEntry {
  const subject = `run #${run.number} ${summary.step === 0 ? 'before training' : `after step ${summary.step}`}`
  return { name: `${run.number}@${summary.step}`, subject, problems: 'held out of its recipe', summary }
}
