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
import { code, plain, table } from './markdown.ts'

interface FieldSchema {
  type?: string
  const?: unknown
  default?: unknown
  minimum?: number
  maximum?: number
  maxLength?: number
  pattern?: string
  items?: ObjectSchema
  properties?: Record<string, FieldSchema>
}

interface ObjectSchema {
  properties: Record<string, FieldSchema>
  required?: string[]
}

const schema = z.toJSONSchema(recipeSchema, { io: 'input' }) as ObjectSchema

/** Every field has to be here for this file to compile. */
const fields: Record<keyof Recipe, string> = {
  $schema: 'Ignored: it is there for editors.',
  name: 'The run’s short name; it ends up in the run’s folder name.',
  title: 'What a person reads in the list of recipes.',
  description: 'A few sentences on what the run shows.',
  model: `${code('embedded')}, the name of a [fetched model](cli.md#models), a Hugging Face model folder or a GGUF file; a relative path starts at the recipe file’s folder.`,
  lora: `Trains low-rank additions to the weights in place of the weights (LoRA): ${code('rank')} (16), ${code('alpha')} (32; they are scaled by alpha / rank) and ${code('targets')} (all projections). ${code('{}')} takes these defaults. Without the field all weights are trained.`,
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
  levels: `How hard [puzzles](#puzzles) are: for each kind a level from 1 (easiest) to ${puzzleLevels}, or two, from one to the other: ${code('{ "grid": 2, "countdown": [1, 3] }')}.`,
  data: `Problems from [files](#data-sets) in place of generated ones: ${code('train')} and ${code('eval')}, paths of JSON lines, CSV or Parquet, ${code('domain')} of lines that name none (${code('math')}), and ${code('map')} for fields under other names.`,
  prompt: `How a problem becomes what the model reads: [below](#prompts).`,
  trainPrompts:
    'Size of the training set; of a data set all of it by default. Steps draw from it epoch by epoch, without gaps or repeats.',
  evalPrompts: 'Size of the held-out set of an evaluation on the way.',
  evalEvery: 'Steps between evaluations. 0: only the first and the last one.',
  finalEvalPrompts: 'Size of the held-out set of the first and the last evaluation.',
  evaluation: `How an evaluation samples: ${code('samples')}, outputs a prompt (1; with more there are pass@k and cons@k), ${code('temperature')} (1) and ${code('topP')} (1).`,
  checkpointEvery:
    'Steps between checkpoints. There is also one at the start, at each pause and at the end of each stage.',
  pauseOn: `Names of [alerts](user-guide.md#alerts) that pause the run, for example ${code('["reward-apart", "hollow-format"]')}.`,
  settings: 'Settings of every stage, as far as they differ from the defaults.',
  stages: 'One or more stages, in order.',
}

const stageFields: Record<keyof Recipe['stages'][number], string> = {
  kind: 'The only kind of stage there is.',
  name: 'What the stage stepper shows.',
  steps: 'Optimisation steps before the next stage begins.',
  settings: 'What this stage changes. A setting that it does not name stays as it is.',
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
export const stageFieldTable = () => fieldTable(schema.properties.stages.items as ObjectSchema, stageFields)

/** The recipes of resources/recipes with what each of their stages begins with. */
export function shippedRecipeTable(): string {
  const folder = new URL('../../resources/recipes/', import.meta.url)
  const rows = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => stagesOf(parseRecipe(JSON.parse(readFileSync(new URL(file, folder), 'utf8')), file)))
  return table(['recipe', 'stage', 'steps', 'prompts × samples a step', 'token limit', 'learning rate', 'β'], rows)
}

function stagesOf(recipe: Recipe) {
  let settings = initialSettings(recipe)
  return recipe.stages.map((stage, i) => {
    if (i > 0) settings = enterStage(settings, stage)
    const { promptsPerStep, groupSize, maxCompletionTokens, learningRate, beta } = settings
    return [
      i === 0 ? code(recipe.name) : '',
      stage.name,
      stage.steps,
      `${promptsPerStep} × ${groupSize}`,
      maxCompletionTokens,
      learningRate,
      beta,
    ]
  })
}
