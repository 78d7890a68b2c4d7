/** A recipe: one JSON file that says what to train, on what, in which stages. */
import { z } from 'zod'
import { contradiction } from './contradictions.ts'
import { dataSetSchema } from './data-set.ts'
import { StudioError } from './errors.ts'
import { evaluationSchema } from './evaluation.ts'
import { loraSchema } from './lora.ts'
import { nearest } from './nearest.ts'
import { ownRewardSchema } from './own-reward.ts'
import { promptSchema } from './prompt.ts'
import { courseAlerts } from './records.ts'
import { type RewardName, rewardNames } from './rewards.ts'
import { defaultSettings, mergeSettings, type PartialSettings, partialSettings, type Settings } from './settings.ts'
import { gateOf, isSupervised, type Stage, type StageOf, sourcesOf, stageSchema } from './stages.ts'

export const arithmeticKinds = ['sum', 'difference', 'product', 'chain'] as const
export const puzzleKinds = ['countdown', 'knights_knaves', 'grid', 'sat'] as const
export const codeKinds = ['function'] as const
/** Made in levels of difficulty. */
export const levelledKinds = [...puzzleKinds, ...codeKinds] as const
/** Prompts that no rule has an answer to. */
export const generalKinds = ['request'] as const
export const taskKinds = [...arithmeticKinds, ...levelledKinds, ...generalKinds] as const
export type ArithmeticKind = (typeof arithmeticKinds)[number]
export type PuzzleKind = (typeof puzzleKinds)[number]
export type CodeKind = (typeof codeKinds)[number]
export type LevelledKind = (typeof levelledKinds)[number]
export type TaskKind = (typeof taskKinds)[number]

/** Puzzles and functions are made in so many levels of difficulty, from 1. */
export const puzzleLevels = 5

const share = z.number().min(0).max(1000)
const level = z.number().int().min(1).max(puzzleLevels)
const levelRange = z
  .tuple([level, level])
  .refine(([from, to]) => from <= to, 'must be from the lower level to the higher')
const ofEach = <K extends string, T>(kinds: readonly K[], one: T) =>
  Object.fromEntries(kinds.map((kind) => [kind, one])) as Record<K, T>

export const recipeSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes'),
  title: z.string().min(1).max(120),
  description: z.string().max(2000).default(''),
  /** "embedded", the name of a fetched model, or the path of a Hugging Face folder or GGUF file. */
  model: z.string().min(1).default('embedded'),
  /** Trains low-rank additions to the weights in place of the weights themselves. */
  lora: loraSchema.optional(),
  /** Words that the model's vocabulary lacks: each gets an embedding like the mean of the others. */
  addTokens: z.array(z.string().min(1).max(64)).min(1).max(10_000).optional(),
  /** Keeps each layer's input alone and computes the rest again for the gradient. */
  gradientCheckpointing: z.boolean().default(false),
  /** Multiplies matrices as bfloat16, on processors that do so faster. */
  bf16Products: z.boolean().default(false),
  seed: z.number().int().min(0).max(4_294_967_295).default(0),
  /** Relative weight of each kind of problem; without it there are the problems of `data`. */
  task: z.strictObject(ofEach(taskKinds, share)).partial().optional(),
  /** How hard puzzles and functions are: a level, or from one to another. */
  levels: z
    .strictObject(ofEach(levelledKinds, z.union([level, levelRange])))
    .partial()
    .default({}),
  /** Problems from files in place of generated ones. */
  data: dataSetSchema.optional(),
  prompt: promptSchema.prefault({}),
  /** Size of the fixed training set that steps draw from, epoch by epoch. */
  trainPrompts: z.number().int().min(1).max(1_000_000).default(256),
  /** Size of the held-out set of an evaluation. */
  evalPrompts: z.number().int().min(1).max(100_000).default(256),
  /** Steps between evaluations; 0: only at the start and the end. */
  evalEvery: z.number().int().min(0).max(1_000_000).default(25),
  /** Size of the held-out set of the first and last evaluations. */
  finalEvalPrompts: z.number().int().min(1).max(100_000).default(1024),
  /** How each evaluation samples. */
  evaluation: evaluationSchema.prefault({}),
  /** Your own reward, for the weight `own`: the path of a file or the name of a saved one; a run keeps its code. */
  ownReward: z.union([z.string().min(1).max(4000), ownRewardSchema]).optional(),
  /** SHA-256 of the weights of each reward model, by the name that rewards have for it; a launch writes them down. */
  rewardModels: z.record(z.string(), z.hash('sha256')).optional(),
  checkpointEvery: z.number().int().min(1).max(1_000_000).default(10),
  /** Alerts that pause the run, for a person to look. */
  pauseOn: z.array(z.enum(courseAlerts)).default(['kl-explosion', 'gradient-explosion']),
  settings: partialSettings.default({}),
  stages: z.array(stageSchema).min(1).max(100),
})

export type Recipe = z.infer<typeof recipeSchema>

/** Every levelled kind at one level; undefined: all levels of each. */
export const levelsAt = (level: number | undefined): Recipe['levels'] =>
  level === undefined ? {} : ofEach(levelledKinds, level)
export type { Stage } from './stages.ts'

/** Line of a file, from 1, in which the value at this path stands; undefined where it does not stand in the file. */
export type LineOf = (path: readonly PropertyKey[], value: unknown) => number | undefined

/**
 * @param source what to call it in messages: a file name or "recipe"
 * @param lineOf of a recipe that was read from a file
 * @throws StudioError bad-recipe, naming every wrong field with its value and line
 */
export function parseRecipe(json: unknown, source: string, lineOf: LineOf = () => undefined): Recipe {
  const line = (path: readonly PropertyKey[]) => {
    const found = lineOf(path, valueAt(json, path))
    return found === undefined ? '' : `line ${found}, `
  }
  const result = recipeSchema.safeParse(withWholeDataSet(json))
  if (!result.success) {
    const problems = result.error.issues.map((issue) => {
      const value = valueAt(json, issue.path)
      const shown = value === undefined || typeof value === 'object' ? '' : ` (it is ${JSON.stringify(value)})`
      const at = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]] : issue.path
      return `${line(at)}${issue.path.join('.') || '(top level)'}: ${issue.message}${shown}`
    })
    throw new StudioError(
      'bad-recipe',
      `${source} is not a valid recipe: ${problems.join('; ')}.`,
      'Correct the fields named; docs/recipes.md lists them all with their ranges.',
    )
  }
  const recipe = result.data
  requireProblems(recipe, source)
  requireCollections(recipe, source, line)
  requireRewardModels(recipe, source, line)
  requireTrainedTokens(recipe, source)
  requireGates(recipe, source, line)
  if (rewardsOf(recipe).includes('own') && recipe.ownReward === undefined)
    throw new StudioError(
      'bad-recipe',
      `${source} is not a valid recipe: it weighs the reward own, and ownReward names no file.`,
      'Give ownReward the path of a .js or .ts file, or the name of a reward that you saved.',
    )
  recipe.stages.forEach((stage, i) => {
    let s = commonSettings(recipe)
    for (const settings of allSettings(stage)) {
      s = mergeSettings(s, settings)
      requireSense(s, i)
    }
  })
  return recipe

  function requireSense(s: Settings, i: number): void {
    if (Object.keys(s.rewardWeights).length === 0)
      throw new StudioError(
        'bad-recipe',
        `${source} is not a valid recipe: rewardWeights names no reward.`,
        `Name at least one of ${rewardNames.join(', ')}, or leave rewardWeights out.`,
      )
    const outputs = s.promptsPerStep * s.groupSize
    if (s.miniBatches > outputs) {
      throw new StudioError(
        'bad-recipe',
        `${source} is not a valid recipe: ${line(['stages', i])}stages.${i} splits ${outputs} outputs into ${s.miniBatches} mini-batches.`,
        'Lower miniBatches or raise promptsPerStep or groupSize.',
      )
    }
    const wrong = contradiction(s)
    if (wrong)
      throw new StudioError(
        'bad-recipe',
        `${source} is not a valid recipe: ${line(['stages', i])}in stages.${i}, ${wrong.what}.`,
        wrong.hint,
      )
  }
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined | null)?.[key], json)
}

/** Of a data set all lines are trained on, unless the recipe names a number. */
function withWholeDataSet(json: unknown): unknown {
  const given = json as Record<string, unknown> | null
  const whole = typeof given === 'object' && given?.data !== undefined && given.trainPrompts === undefined
  return whole ? { ...given, trainPrompts: 1_000_000 } : json
}

/** @throws StudioError bad-recipe unless the problems come from one place, and there are some */
function requireProblems({ task, data }: Recipe, source: string): void {
  const kinds = Object.values(task ?? {}).some((weight) => weight > 0)
  if (data ? !task : kinds) return
  throw new StudioError(
    'bad-recipe',
    data
      ? `${source} is not a valid recipe: it has both task and data.`
      : `${source} is not a valid recipe: ${task ? 'task has no kind with a weight above 0' : 'it has neither task nor data'}.`,
    data
      ? 'Leave one of them out: problems are generated, or come from files.'
      : `Give at least one of ${taskKinds.join(', ')} a weight, or name files in data.`,
  )
}

/** @throws StudioError bad-recipe for a stage that learns from what no stage before it collects */
function requireCollections({ stages }: Recipe, source: string, line: (path: PropertyKey[]) => string): void {
  stages.forEach((stage, i) => {
    if (!isSupervised(stage)) return
    const before = stages.slice(0, i).filter(({ kind }) => kind === 'rejection-sampling')
    for (const from of sourcesOf(stage.data)) {
      if (typeof from !== 'object' || !('stage' in from)) continue
      if (before.filter(({ name }) => name === from.stage).length === 1) continue
      throw new StudioError(
        'bad-recipe',
        `${source} is not a valid recipe: ${line(['stages', i, 'data'])}stages.${i} learns from the stage "${from.stage}", which is not the name of one rejection-sampling stage before it.`,
        before.length > 0
          ? `Those before it: ${before.map(({ name }) => name).join(', ')}. Their names must differ.`
          : 'Put a stage of the kind "rejection-sampling" before it.',
      )
    }
  })
}

/** The stages that train a reward model, which rewards know by the stage's name. */
export const rewardModelStages = ({ stages }: Pick<Recipe, 'stages'>): StageOf<'reward-model'>[] =>
  stages.filter((stage) => stage.kind === 'reward-model')

/** @throws StudioError bad-recipe for two reward models of one name, or one that would begin as adapters */
function requireRewardModels(recipe: Recipe, source: string, line: (path: PropertyKey[]) => string): void {
  const refuse = (i: number, what: string, hint: string) => {
    const where = `${line(['stages', i])}stages.${i}`
    throw new StudioError('bad-recipe', `${source} is not a valid recipe: ${where} ${what}.`, hint)
  }
  recipe.stages.forEach((stage, i) => {
    if (stage.kind !== 'reward-model') return
    if (rewardModelStages(recipe).filter(({ name }) => name === stage.name).length > 1)
      refuse(i, `trains the reward model "${stage.name}", and so does another stage`, 'Give them different names.')
    if (stage.model === undefined && (stage.lora || recipe.lora))
      refuse(
        i,
        stage.lora ? 'trains adapters beside no model' : 'would begin as the policy, which is adapters here',
        'Name the model that the reward model begins as: "model".',
      )
  })
}

/** @throws StudioError bad-recipe: LoRA trains no embedding, so that new tokens would stay as they began */
function requireTrainedTokens({ addTokens, lora }: Recipe, source: string): void {
  if (!addTokens || !lora) return
  throw new StudioError(
    'bad-recipe',
    `${source} is not a valid recipe: it has addTokens and lora, and adapters do not train the embeddings of new tokens.`,
    'Leave one of them out.',
  )
}

/** @throws StudioError bad-recipe for a gate that nothing could open, or that asks what comes after the last stage */
function requireGates({ stages, evalEvery }: Recipe, source: string, line: (path: PropertyKey[]) => string): void {
  stages.forEach((stage, i) => {
    const gate = gateOf(stage)
    if (!gate) return
    const refuse = (what: string, hint: string) => {
      const where = `${line(['stages', i, 'gate'])}stages.${i}`
      throw new StudioError('bad-recipe', `${source} is not a valid recipe: ${where} has a gate that ${what}.`, hint)
    }
    const measured = gate.above !== undefined || gate.plateau !== undefined
    if (!measured && gate.minutes === undefined && gate.onReach === 'go-on')
      refuse('says nothing', 'Give it "above", "plateau", "minutes" or "onReach": "ask".')
    if (measured && evalEvery === 0) refuse('waits for evaluations, of which there are none', 'Set evalEvery.')
    if (gate.onReach === 'ask' && i === stages.length - 1)
      refuse('asks, and there is no stage after it', 'Leave "onReach" out: the run ends there.')
  })
}

/** The rewards that the recipe weighs take the place of the default ones; stages and steering only add to them or turn them. */
function commonSettings({ settings }: Recipe): Settings {
  return mergeSettings(settings.rewardWeights ? { ...defaultSettings, rewardWeights: {} } : defaultSettings, settings)
}

/** Settings at the start of the first stage. A later stage changes only what it names: see `enterStage`. */
export function initialSettings(recipe: Recipe): Settings {
  return mergeSettings(commonSettings(recipe), recipe.stages[0].settings)
}

/** The rewards that any stage computes, in the table's order. */
export function rewardsOf(recipe: Recipe): RewardName[] {
  const named = [initialSettings(recipe), ...recipe.stages.flatMap(allSettings)]
  return rewardNames.filter((name) => named.some(({ rewardWeights }) => rewardWeights?.[name] !== undefined))
}

/** Whether any stage takes its advantages from a critic. */
export function hasCritic(recipe: Recipe): boolean {
  const named = [initialSettings(recipe), ...recipe.stages.flatMap(allSettings)]
  return named.some(({ advantageEstimator }) => advantageEstimator === 'gae')
}

/** What a stage changes at its start and at its milestones, in order. */
export const allSettings = ({ settings, milestones = [] }: Stage): PartialSettings[] => [
  settings,
  ...[...milestones].sort((a, b) => a.at - b.at).map((milestone) => milestone.settings),
]

/** A steered value outlives a stage's end unless the next stage names that setting itself. */
export function enterStage(inForce: Settings, stage: Stage): Settings {
  return mergeSettings(inForce, stage.settings)
}

/** Settings of each stage as they are when nothing is steered. */
export function settingsOfStages(recipe: Recipe): Settings[] {
  const settings = [initialSettings(recipe)]
  for (const stage of recipe.stages.slice(1)) settings.push(enterStage(settings.at(-1)!, stage))
  return settings
}

export function totalSteps(recipe: Recipe): number {
  return recipe.stages.reduce((sum, stage) => sum + stage.steps, 0)
}

/**
 * `key=value` assignments of the command line: a recipe field (`seed=3`), a setting of every stage (`beta=0`,
 * `rewardWeights.format=0.2`), or a full path (`stages.1.settings.maxCompletionTokens=96`). A whole `data` takes the place of `task`, and the other way.
 * @throws StudioError bad-setting for an assignment without `=` or a path that leads nowhere
 */
export function withAssignments(json: unknown, assignments: string[]): unknown {
  const recipe = structuredClone(json) as Record<string, unknown>
  for (const assignment of assignments) {
    const at = assignment.indexOf('=')
    if (at < 1)
      throw new StudioError(
        'bad-setting',
        `"${assignment}" is not of the form key=value.`,
        'For example: --set beta=0.001',
      )
    const path = assignment.slice(0, at).split('.')
    const value = parsed(assignment.slice(at + 1))
    const top = path[0]
    if (top in partialSettings.shape) {
      const common = recipe.settings as PartialSettings | undefined
      // one weight turned: the others stay those in force
      if (top === 'rewardWeights' && path.length > 1 && !common?.rewardWeights)
        recipe.settings = { ...common, rewardWeights: { ...defaultSettings.rewardWeights } }
      assign(recipe, ['settings', ...path], value, assignment)
      for (const stage of (recipe.stages as { settings?: PartialSettings }[] | undefined) ?? []) {
        if (stage.settings && top in stage.settings)
          assign(stage as Record<string, unknown>, ['settings', ...path], value, assignment)
      }
    } else if (top in recipeSchema.shape) {
      assign(recipe, path, value, assignment)
      // problems come from one place: naming the one takes the place of the other
      if (path.length === 1 && top === 'data') delete recipe.task
      if (path.length === 1 && top === 'task') delete recipe.data
    } else {
      const known = [...Object.keys(partialSettings.shape), ...Object.keys(recipeSchema.shape)]
      const meant = nearest(top, known)
      throw new StudioError(
        'bad-setting',
        `There is no setting "${top}" (in --set ${assignment}).`,
        meant ? `Did you mean ${meant}? docs/recipes.md lists them all.` : `Settings: ${known.join(', ')}.`,
      )
    }
  }
  return recipe
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function assign(target: Record<string, unknown>, path: string[], value: unknown, assignment: string): void {
  let at: Record<string, unknown> = target
  path.forEach((key, i) => {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype')
      throw new StudioError('bad-setting', `"${assignment}" names no setting.`)
    if (i === path.length - 1) at[key] = value
    else {
      if (at[key] === undefined && !Array.isArray(at)) at[key] = {}
      const next = at[key]
      if (typeof next !== 'object' || next === null)
        throw new StudioError(
          'bad-setting',
          `"${assignment}" leads nowhere: there is no ${path.slice(0, i + 1).join('.')}.`,
        )
      at = next as Record<string, unknown>
    }
  })
}
