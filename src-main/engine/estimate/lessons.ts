/** How long the examples are that supervised and reward-model stages learn from: some of them are made, and counted in tokens. */
import { defaultPrompt } from '../../contract/prompt.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { isSupervised, type Stage, type StageOf, type SupervisedSource, sourcesOf } from '../../contract/stages.ts'
import type { Policy } from '../model/policy.ts'
import { type PromptModel, writePrompts } from '../prompts.ts'
import { type Example, examplesFrom, HELD_OUT } from '../sft/examples.ts'
import { rewardModelData } from '../stages/reward-model.ts'
import { problemsOf } from '../tasks/source.ts'

/** Tokens of a sequence. */
export interface Lengths {
  prompt: number
  output: number
}

/** What a stage learns from. */
export interface Lessons {
  /** Examples to learn from, and to measure with. */
  training: number
  heldOut: number
  /** A single sequence or a pair each, of so many examples; null: not collected yet. `general`: answers that no rule has an opinion of. */
  sources: { count: number; examples: Lengths[][] | null; general?: boolean }[]
}

type StageModel = PromptModel & Pick<Policy, 'config'>

/** Examples of a source that are made: enough to know how long they are. */
const MADE = 256
/** A reward model wants some to be measured with. */
const MEASURED_WITH = 32

/** @returns null for kinds that learn from what they sample, or not at all @throws StudioError as the stage would */
export async function lessonsOf(stage: Stage, recipe: Recipe, model: StageModel): Promise<Lessons | null> {
  if (stage.kind === 'reward-model') return comparisons(stage, recipe, model)
  return isSupervised(stage) ? solved(stage, recipe, model) : null
}

async function solved(
  { data }: StageOf<'sft' | 'distil'>,
  recipe: Recipe,
  { tokenizer, companions }: StageModel,
): Promise<Lessons> {
  const few = { trainPrompts: Math.min(recipe.trainPrompts, MADE), evalPrompts: 1, finalEvalPrompts: 1 }
  const sets = await problemsOf({ ...recipe, ...few })
  const sources: Lessons['sources'] = []
  for (const source of sourcesOf(data)) {
    if (typeof source === 'object' && 'stage' in source) {
      sources.push({ count: collectedBy(source.stage, recipe), examples: null })
      continue
    }
    const [made, times] = fewOf(source)
    const own: Example[] = await examplesFrom(made, recipe, sets.training, () => '')
    const problems = own.map(({ problem }) => problem)
    const prompts = await writePrompts(
      { tokenizer, companions },
      recipe.prompt ?? defaultPrompt,
      sets.examples,
      problems,
    )
    const chosen = own.slice(0, MADE)
    const lengths = chosen.map(({ problem, completion }) => [
      { prompt: prompts.ids(problem).length, output: tokenizer.encode(completion).length + 1 },
    ])
    const all = source === 'solutions' ? recipe.trainPrompts / few.trainPrompts : times
    sources.push({
      count: own.length * all,
      examples: lengths,
      general: typeof source === 'object' && 'requests' in source,
    })
  }
  const all = sources.reduce((sum, { count }) => sum + count, 0)
  return { training: all * (1 - 1 / HELD_OUT), heldOut: all / HELD_OUT, sources }
}

/** At most so many, and how often they go into the whole. */
function cut(count: number, most: number): [made: number, times: number] {
  const made = Math.min(count, most)
  return [made, count / made]
}

/** A smaller source of the same kind, and how often it goes into the whole. */
function fewOf(source: SupervisedSource): [SupervisedSource, times: number] {
  if (typeof source === 'string' || 'file' in source || 'stage' in source) return [source, 1]
  const [name, count] = (['traces', 'corpus', 'requests'] as const).flatMap((key) =>
    key in source ? [[key, (source as Record<typeof key, number>)[key]] as const] : [],
  )[0]
  const [made, times] = cut(count, MADE)
  return [{ ...source, [name]: made } as SupervisedSource, times]
}

/** How many answers a stage will keep is not known before: half of what it may. */
function collectedBy(name: string, recipe: Recipe): number {
  const i = recipe.stages.findIndex((stage) => stage.name === name)
  const stage = recipe.stages[i] as StageOf<'rejection-sampling'>
  const { promptsPerStep = 8, groupSize = 8 } = { ...recipe.settings, ...stage.settings }
  return (stage.steps * promptsPerStep * Math.min(groupSize, stage.keepPerPrompt)) / 2
}

async function comparisons(stage: StageOf<'reward-model'>, recipe: Recipe, model: StageModel): Promise<Lessons> {
  const { data, heldOut } = stage
  const most = MADE + Math.ceil(MEASURED_WITH / heldOut)
  const [requests, times] = 'file' in data ? [0, 1] : cut(data.requests, most)
  const made = 'file' in data ? data : { requests }
  // tokens are counted alone, and of a model that is not here no more is known
  const parts = await rewardModelData({ ...stage, data: made }, recipe, model as Policy)
  const lengths = parts.training
    .slice(0, MADE)
    .map(({ sequences }) => sequences.map(({ promptIds, ids }) => ({ prompt: promptIds.length, output: ids.length })))
  const training = parts.training.length * times
  return { training, heldOut: parts.heldOut.length * times, sources: [{ count: training, examples: lengths }] }
}
