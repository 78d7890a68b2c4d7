/** What a run says of one of its stages: what it changes, what came of it, what it cost. */
import { differences } from '../../../src-main/contract/differences.ts'
import type { EvaluationSummary } from '../../../src-main/contract/evaluation.ts'
import { gateMeasures } from '../../../src-main/contract/gates.ts'
import { type Recipe, settingsOfStages } from '../../../src-main/contract/recipe.ts'
import type { RunDetail, StageRecord } from '../../../src-main/contract/records.ts'
import { type RewardName, rewardNames } from '../../../src-main/contract/rewards.ts'
import {
  gateOf,
  isSupervised,
  type Stage,
  type SupervisedSource,
  sourcesOf,
} from '../../../src-main/contract/stages.ts'
import { compact } from '../../format/number.ts'
import { type Columns, indexOfStep } from '../../stores/columns.ts'
import { list, t } from '../../text/t.ts'

/** Of the whole run: evaluations are those of all steps, oldest first. */
export interface Course {
  detail: RunDetail
  columns: Columns
  evaluations: readonly EvaluationSummary[]
}

/** Steps that a stage has done so far, first and last; null while it waits. */
export function stepsOf({ firstStep, lastStep }: StageRecord, { step }: RunDetail): [number, number] | null {
  if (firstStep === null) return null
  const last = lastStep ?? step
  return last < firstStep ? null : [firstStep, last]
}

/** The newest evaluation of the policy as it was before the stage, and the newest one within it. */
export function beforeAndAfter(stage: StageRecord, { detail, evaluations }: Course) {
  const steps = stepsOf(stage, detail)
  if (!steps) return { before: null, after: null }
  const [first, last] = steps
  return {
    before: evaluations.findLast(({ step }) => step < first) ?? null,
    after: evaluations.findLast(({ step }) => step >= first && step <= last) ?? null,
  }
}

/** Seconds of training in a stage's steps; null before its first. */
export function secondsOf(stage: StageRecord, { detail, columns }: Course): number | null {
  const steps = stepsOf(stage, detail)
  if (!steps) return null
  const at = (step: number) => columns.seconds[indexOfStep(columns, step)] ?? 0
  return at(steps[1]) - at(steps[0] - 1)
}

/** Sum of a metric over a stage's steps; null where none has it. */
export function sumOf(stage: StageRecord, metric: string, { detail, columns }: Course): number | null {
  const steps = stepsOf(stage, detail)
  const values = columns.series[metric]
  if (!steps || !values) return null
  const inStage = values.slice(indexOfStep(columns, steps[0] - 1) + 1, indexOfStep(columns, steps[1]) + 1)
  const numbers = inStage.filter((value) => value !== null)
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0)
}

export interface GateProgress {
  label: string
  /** null: the gate has none. */
  above: number | null
  points: { step: number; value: number }[]
}

/** The measure that a stage's gate looks at, in the evaluations of the stage so far. */
export function gateProgress(stage: StageRecord, { detail, evaluations }: Course): GateProgress | null {
  const planned = detail.config.stages[stage.stage]
  const gate = planned && gateOf(planned)
  if (!gate || (gate.above === undefined && gate.plateau === undefined)) return null
  const steps = stepsOf(stage, detail)
  const within = steps ? evaluations.filter(({ step }) => step >= steps[0] && step <= steps[1]) : []
  const points = within.map((evaluation) => ({ step: evaluation.step, value: evaluation[gate.metric] }))
  return { label: t(gateMeasures[gate.metric]), above: gate.above ?? null, points }
}

/** Settings that a stage begins with and that the stage before it had not: dotted paths, with both values. */
export function settingsChanged(recipe: Recipe, stage: number): { path: string; from: unknown; to: unknown }[] {
  if (stage === 0) return []
  const settings = settingsOfStages(recipe)
  const alone = (which: number): Recipe => ({
    ...recipe,
    settings: settings[which],
    stages: [{ ...recipe.stages[0], settings: {}, milestones: [] }],
  })
  return differences([alone(stage - 1), alone(stage)]).map(({ path, values: [from, to] }) => ({ path, from, to }))
}

/** Rewards that count in a stage, with their weights. */
export function weighed(recipe: Recipe, stage: number): { name: RewardName; weight: number }[] {
  const { rewardWeights } = settingsOfStages(recipe)[stage]
  return rewardNames.flatMap((name) => {
    const weight = rewardWeights[name] ?? 0
    return weight === 0 ? [] : [{ name, weight }]
  })
}

/** What it learns from or samples for, a line each. */
export function inputOf(stage: Stage): string[] {
  if (isSupervised(stage)) return sourcesOf(stage.data).map(sourceWords)
  if (stage.kind === 'reward-model')
    return [
      'file' in stage.data
        ? stage.data.file
        : t('{{number}} answers to general requests', { number: compact(stage.data.requests) }),
    ]
  if (stage.kind === 'evaluate')
    return [
      stage.prompts === undefined ? t('held-out prompts') : t('{{number}} held-out prompts', { number: stage.prompts }),
    ]
  return [
    stage.domains
      ? t('prompts of {{domains}}', { domains: list(stage.domains.map((domain) => t(domain))) })
      : t('all prompts'),
  ]
}

function sourceWords(source: SupervisedSource): string {
  if (source === 'solutions') return t('worked solutions of the training problems')
  if ('traces' in source) return t('{{number}} worked traces', { number: compact(source.traces) })
  if ('corpus' in source) return t('{{number}} texts of the pre-training corpus', { number: compact(source.corpus) })
  if ('requests' in source) return t('{{number}} general requests', { number: compact(source.requests) })
  if ('file' in source) return source.file
  return t('what “{{stage}}” collected', { stage: source.stage })
}
