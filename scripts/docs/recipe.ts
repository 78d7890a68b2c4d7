/** Tables of a recipe's fields, out of the schema that checks them, and of the recipes that come along. */
import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import {
  enterStage,
  initialSettings,
  parseRecipe,
  puzzleLevels,
  type Recipe,
  recipeSchema,
} from '../../src-main/contract/recipe.ts'
import type { StageKind, StageOf } from '../../src-main/contract/stages.ts'
import { code, plain, table } from './markdown.ts'

interface FieldSchema {
  type?: string
  const?: unknown
  default?: unknown
  minimum?: number
  maximum?: number
  maxLength?: number
  pattern?: string
  items?: ObjectSchema | { oneOf: ObjectSchema[] }
  properties?: Record<string, FieldSchema>
}

interface ObjectSchema {
  properties: Record<string, FieldSchema>
  required?: string[]
}

const schema = z.toJSONSchema(recipeSchema, { io: 'input' }) as ObjectSchema

/** Every field has to be here for this file to compile. */
const fields: Record<keyof Recipe, string> = {
  $schema: `For editors, which then complete and check what is typed: the path of ${code('resources/recipe.schema.json')}. Otherwise ignored.`,
  name: 'The run’s short name; it ends up in the run’s folder name.',
  title: 'What a person reads in the list of recipes.',
  description: 'A few sentences on what the run shows.',
  model: `${code('embedded')}, the name of a [fetched model](cli.md#models), a Hugging Face model folder or a GGUF file; a relative path starts at the recipe file’s folder.`,
  lora: `Trains low-rank additions to the weights in place of the weights (LoRA): ${code('rank')} (16), ${code('alpha')} (32; they are scaled by alpha / rank) and ${code('targets')} (all projections). ${code('{}')} takes these defaults. Without the field all weights are trained.`,
  addTokens: `Words that the model’s vocabulary lacks, such as ${code('["等"]')}: each becomes a token, whose embedding begins as the mean of the others with a little noise. Those that are there already stay as they are. Supervised stages teach their use. Not with ${code('lora')}, which trains no embeddings.`,
  gradientCheckpointing:
    'Keeps only each layer’s input for the gradient and computes the rest of the layer again: a third of the memory of an update and less, for about a fifth more time.',
  bf16Products:
    'Multiplies matrices as bfloat16, at about twice the speed; weights and all else stay float32. TensorFlow on Linux, on processors that have such products; refused elsewhere. What it costs in precision is the metric `products/logp_error/mean`.',
  seed: 'Seed of everything random. The same recipe, seed and steering on the same backend give the same run, bit for bit.',
  task: `Relative weight of each kind of problem: ${Object.keys(schema.properties.task.properties ?? {})
    .map(code)
    .join(
      ', ',
    )}. What is not named has none; at least one must be above 0. It is required unless there is ${code('data')}.`,
  levels: `How hard [puzzles](#puzzles) and [functions](#functions) are: for each kind a level from 1 (easiest) to ${puzzleLevels}, or two, from one to the other: ${code('{ "grid": 2, "countdown": [1, 3] }')}.`,
  data: `Problems from [files](#data-sets) in place of generated ones: ${code('train')} and ${code('eval')}, paths of JSON lines, CSV or Parquet, ${code('domain')} of lines that name none (${code('math')}), and ${code('map')} for fields under other names.`,
  prompt: `How a problem becomes what the model reads: [below](#prompts).`,
  trainPrompts:
    'Size of the training set; of a data set all of it by default. Steps draw from it epoch by epoch, without gaps or repeats.',
  evalPrompts: 'Size of the held-out set of an evaluation on the way.',
  evalEvery: 'Steps between evaluations. 0: only the first and the last one.',
  finalEvalPrompts: 'Size of the held-out set of the first and the last evaluation.',
  evaluation: `How an evaluation samples: ${code('samples')}, outputs a prompt (1; with more there are pass@k and cons@k), ${code('temperature')} (1) and ${code('topP')} (1).`,
  ownReward: `[Your own reward](rewards.md#own), for the weight ${code('own')}: the path of a .js or .ts file (a relative one starts at the recipe file’s folder) or the name of one that was saved in the window. A run keeps a copy of its code.`,
  rewardModels: `SHA-256 of the weights of each [reward model](rewards.md#reward-models), by the name that rewards have for it. A launch writes it down, and a run is gone on with by the same ones alone; given beforehand, others are refused.`,
  checkpointEvery:
    'Steps between checkpoints. There is also one at the start, at each pause and at the end of each stage.',
  pauseOn: `Names of [alerts](user-guide.md#alerts) that pause the run, for example ${code('["reward-apart", "hollow-format"]')}; ${code('[]')}: none.`,
  settings: 'Settings of every stage, as far as they differ from the defaults.',
  stages: 'One or more stages, in order.',
}

type StageField = { [K in StageKind]: keyof StageOf<K> }[StageKind]

const stageFields: Record<StageField, string> = {
  kind: 'What the stage does: [below](#kinds-of-stages).',
  name: 'What the stage stepper shows.',
  steps: 'Steps before the next stage begins.',
  settings: 'What this stage changes. A setting that it does not name stays as it is.',
  milestones: `Settings that change inside the stage: a list of ${code('{ "at": 200, "settings": {…} }')}, from that step of the stage on.`,
  gate: `When the stage may end sooner, and whether a person is asked: [below](#gates).`,
  domains: `Of which domains the prompts are that are sampled for, such as ${code('["math", "code"]')}; without it of all that the recipe has.`,
  data: `What is learned from: ${code('"solutions"')}, ${code('{ "traces": N }')}, ${code('{ "corpus": N }')}, ${code('{ "requests": N }')}, ${code('{ "file": "mine.jsonl" }')}, ${code('{ "stage": "NAME" }')} or a list of these, [below](#kinds-of-stages); of a reward model ${code('{ "requests": N }')} or ${code('{ "file": … }')}.`,
  minLanguage: `Least share of words in the target language (${code('rewardParameters.language.target')}) of a sample that is kept.`,
  maxParagraph: 'Longest paragraph of a sample that is kept, in characters.',
  packing:
    'Short examples share a row of a batch, each attending to itself alone: the same loss and gradient with less padding.',
  keepPerPrompt: 'Most samples of one problem that are kept.',
  model: `The student, or what a reward model begins as, named as the recipe’s ${code('model')} is. A reward model that names none begins as the policy; one that does and has ${code('lora')} trains adapters, and all else trains all weights.`,
  layers:
    'Of the student’s layers only so many, evenly spaced, the rest as it is: a smaller model to begin with where none was made.',
  judges: `${code('helpfulness')}: learns from pairs, ${code('safety')}: from labelled outputs; [as by the command](rewards.md#reward-models).`,
  lora: 'Trains adapters beside the named model in place of its weights.',
  heldOut: 'Share of the prompts of its data that is kept to measure the reward model with.',
  balanceLengths:
    'Leaves pairs out until preferred answers are as often the longer ones as the shorter ones, whatever the difference.',
  prompts: 'Held-out problems of the evaluation; as many as the last one of the run has, if it is left out.',
  evaluation: `How it samples, in place of the recipe’s ${code('evaluation')}: ${code('samples')}, ${code('temperature')}, ${code('topP')}.`,
}

function values(field: FieldSchema): string {
  if (field.const !== undefined) return code(JSON.stringify(field.const))
  if (field.minimum !== undefined && field.maximum !== undefined) {
    const kind = field.type === 'integer' ? 'whole number' : 'number'
    return `${kind}, ${plain(field.minimum)} to ${plain(field.maximum)}`
  }
  if (field.type === 'string') {
    if (field.pattern) return 'text: 1 to 63 lower-case letters, digits and dashes, not starting with a dash'
    return field.maxLength ? `text, at most ${plain(field.maxLength)} characters` : 'text'
  }
  return field.type === 'array' ? 'list' : (field.type ?? '')
}

function fieldTable(of: ObjectSchema, about: Record<string, string>): string {
  return table(
    ['field', 'value', 'default', 'what it is'],
    Object.entries(of.properties).map(([name, field]) => [
      code(name),
      values(field),
      of.required?.includes(name)
        ? '**required**'
        : field.default === undefined
          ? ''
          : code(JSON.stringify(field.default)),
      about[name],
    ]),
  )
}

export const recipeFieldTable = () => fieldTable(schema, fields)
/** Editors complete from it. Descriptions are the tables' own. */
export function recipeJsonSchema(): object {
  const described = (properties: Record<string, FieldSchema>, about: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [
        name,
        {
          ...field,
          description: about[name].replace(/[`*]|\[below\]\(#[a-z-]+\)/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'),
        },
      ]),
    )
  const items = {
    oneOf: stageKinds.map((one) => ({ ...one, properties: described(one.properties, stageFields) })),
  }
  const properties = described(schema.properties, fields)
  return { ...schema, properties: { ...properties, stages: { ...properties.stages, items } } }
}

const stageKinds = (schema.properties.stages.items as { oneOf: ObjectSchema[] }).oneOf

/** Of each field once, with the kinds of stages that have it. */
export function stageFieldTable(): string {
  const kindOf = (one: ObjectSchema) => String(one.properties.kind.const)
  const rows = (Object.keys(stageFields) as StageField[]).map((name) => {
    const having = stageKinds.filter((one) => name in one.properties)
    const field = having[0].properties[name]
    const kinds = having.length === stageKinds.length ? 'all' : having.map((one) => code(kindOf(one))).join(', ')
    const value = name === 'kind' ? stageKinds.map((one) => code(kindOf(one))).join(', ') : values(field)
    const preset = field.default === undefined ? '' : code(JSON.stringify(field.default))
    return [code(name), kinds, value, having[0].required?.includes(name) ? '**required**' : preset, stageFields[name]]
  })
  return table(['field', 'kinds', 'value', 'default', 'what it is'], rows)
}

/** The recipes of resources/recipes with what each of their stages begins with. */
export function shippedRecipeTable(): string {
  const folder = new URL('../../resources/recipes/', import.meta.url)
  const rows = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => stagesOf(parseRecipe(JSON.parse(readFileSync(new URL(file, folder), 'utf8')), file)))
  return table(
    ['recipe', 'stage', 'kind', 'steps', 'prompts × samples a step', 'token limit', 'learning rate', 'β'],
    rows,
  )
}

function stagesOf(recipe: Recipe) {
  let settings = initialSettings(recipe)
  return recipe.stages.map((stage, i) => {
    if (i > 0) settings = enterStage(settings, stage)
    const { promptsPerStep, groupSize, maxCompletionTokens, learningRate, beta } = settings
    return [
      i === 0 ? code(recipe.name) : '',
      stage.name,
      stage.kind,
      stage.steps,
      `${promptsPerStep} × ${groupSize}`,
      maxCompletionTokens,
      learningRate,
      beta,
    ]
  })
}
