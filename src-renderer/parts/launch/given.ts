/** What a person has given in the dialog of a new run, and the order that it makes. */
import { useState } from 'react'
import type { RecipeInfo } from '../../../src-main/contract/api.ts'
import type { Change } from '../../../src-main/contract/estimate.ts'
import { type Recipe, settingsOfStages } from '../../../src-main/contract/recipe.ts'
import type { RewardModelList } from '../../../src-main/contract/reward-model-work.ts'
import { type RewardName, rewardWeightRange } from '../../../src-main/contract/rewards.ts'
import type { Settings } from '../../../src-main/contract/settings.ts'
import type { LaunchOrder } from '../../actions/launch.ts'
import { plain, typed } from '../../format/number.ts'
import { useView } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { fieldOf, hasProblems, valuesOf, type Wishes } from '../SettingsFields.tsx'

export interface Given {
  seed: number | string
  backend: string
  /** Name of the cluster that trains it; empty: this machine. */
  cluster: string
  wishes: Wishes
  /** Taken over from an estimate, beyond the settings offered here. */
  taken: Change[]
  ownReward: string
  /** A reward model. */
  judge: string
  /** Name or path; empty: the recipe's. */
  model: string
  /** Files of problems, to train on and held out; both or none. */
  train: string
  held: string
  /** As they were typed. */
  weights: Partial<Record<RewardName, string>>
}

const noChoices = { model: '', train: '', held: '', weights: {} }

/** What is wrong with a weight as it was typed; empty asks nothing. */
export function weightProblem(text = ''): string | undefined {
  const { min, max } = rewardWeightRange
  const value = typed(text)
  return text.trim() === '' || (value >= min && value <= max)
    ? undefined
    : t('A weight is a number from {{min}} to {{max}}.', { min: plain(min), max: plain(max) })
}

const nothing: Given = {
  seed: '',
  backend: '',
  cluster: '',
  wishes: {},
  taken: [],
  ownReward: '',
  judge: '',
  ...noChoices,
}

export function useGiven() {
  const judge = useView((v) => v.judgedBy) ?? ''
  const [given, setGiven] = useState<Given>({ ...nothing, judge })
  const change = (part: Partial<Given>) => setGiven((before) => ({ ...before, ...part }))
  /** What is in the recipe by now. */
  const clear = () => setGiven((before) => ({ ...nothing, backend: before.backend, cluster: before.cluster }))
  const changeWishes = (next: (before: Wishes) => Wishes) =>
    setGiven((before) => ({ ...before, wishes: next(before.wishes) }))
  /** Takes over what an estimate proposes: into the fields, where there is one. */
  const use = (changes: Change[]) =>
    setGiven((before) => {
      const names = new Set(changes.map(({ label }) => label))
      const fields = changes.flatMap((c) => (fieldOf(c.assignment) ? [[fieldOf(c.assignment)!, c.to]] : []))
      const others = changes.filter((c) => !fieldOf(c.assignment))
      return {
        ...before,
        taken: [...before.taken.filter((c) => !names.has(c.label)), ...others],
        wishes: { ...before.wishes, ...Object.fromEntries(fields) },
      }
    })
  return { given, change, changeWishes, clear, use }
}

export const isReady = (named: string | Recipe, { wishes, train, held, weights }: Given) =>
  named !== '' &&
  !hasProblems(wishes) &&
  (train.trim() === '') === (held.trim() === '') &&
  !Object.values(weights).some((text) => weightProblem(text))

export function orderOf(
  recipe: string | Recipe,
  { seed, backend, wishes, taken, ownReward, judge, model, train, held, weights }: Given,
  judges: RewardModelList | null,
): LaunchOrder {
  const judged = judges?.models.find((model) => model.name === judge)
  return {
    recipe,
    assignments: [
      ...(seed === '' ? [] : [`seed=${seed}`]),
      ...taken.map((change) => change.assignment),
      ...(ownReward === '' ? [] : [`ownReward=${ownReward}`, 'rewardWeights.own=1']),
      ...(judged ? [`rewardWeights.${judged.kind}=1`, `rewardParameters.${judged.kind}.model="${judge}"`] : []),
      ...(model.trim() === '' ? [] : [`model=${JSON.stringify(model.trim())}`]),
      ...(train.trim() === '' ? [] : [`data=${JSON.stringify({ train: train.trim(), eval: held.trim() })}`]),
      ...Object.entries(weights).flatMap(([name, text]) =>
        text.trim() === '' ? [] : [`rewardWeights.${name}=${typed(text)}`],
      ),
      ...Object.entries(valuesOf(wishes)).map(([setting, value]) => `${setting}=${value}`),
    ],
    backend: backend || null,
  }
}

/** Of a run's recipe, as it stands: with what was inserted and skipped by hand. */
export function infoOf(recipe: Recipe): RecipeInfo {
  const settings = settingsOfStages(recipe)
  const { name, title, description } = recipe
  const stages = recipe.stages.map((stage, i) => ({ name: stage.name, steps: stage.steps, settings: settings[i] }))
  return { name, title, description, recipe, stages }
}

/** "72 → 112" where the stages differ; a dash where a stage has no such value. */
export function byStage(recipe: RecipeInfo, of: (settings: Settings) => number | undefined): string {
  const values = recipe.stages.map(({ settings }) => of(settings))
  return values
    .filter((value, i) => i === 0 || value !== values[i - 1])
    .map((value) => (value === undefined ? '–' : plain(value)))
    .join(' → ')
}
