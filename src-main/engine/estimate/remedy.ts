/** Settings with which a run that does not fit would: changes are tried in the order of least harm, each on top of those before it. */
import type { Change } from '../../contract/estimate.ts'
import { loraSchema } from '../../contract/lora.ts'
import { type NumberSettingName, numberSettings } from '../../contract/number-settings.ts'
import { type Recipe, settingsOfStages } from '../../contract/recipe.ts'

export interface Remedy {
  /** null when nothing of it would do. */
  changes: Change[] | null
  /** With the changes; where they would not do, with all of them. */
  bytes: number
}

/** Least tokens of an answer, outputs of a group and prompts of a step that a remedy leaves. */
const least: Partial<Record<NumberSettingName, number>> = {
  microBatchTokens: 64,
  promptsPerStep: 1,
  maxCompletionTokens: 64,
  groupSize: 4,
}

/** What a change is called, and whether it changes what is learned: those that do not come first. */
const steps: ((recipe: Recipe, fits: (r: Recipe) => boolean) => { recipe: Recipe; change: Change } | null)[] = [
  lower('microBatchTokens'),
  checkpointed,
  adapted,
  lower('promptsPerStep'),
  lower('maxCompletionTokens'),
  lower('groupSize'),
]

/**
 * @param bytesOf the estimate of a recipe
 */
export function remedyOf(recipe: Recipe, bytesOf: (recipe: Recipe) => number, available: number): Remedy {
  const fits = (r: Recipe) => bytesOf(r) <= available
  let current = recipe
  let changes: Change[] = []
  for (const step of steps) {
    const before = bytesOf(current)
    const next = step(current, fits)
    // what helps nothing is not asked for
    if (!next || bytesOf(next.recipe) >= before) continue
    current = next.recipe
    changes = [...changes, next.change]
    if (!fits(current)) continue
    return relaxed(recipe, changes, fits, bytesOf)
  }
  return { changes: null, bytes: bytesOf(current) }
}

/** Takes back, the most harmful last tried first, what turns out not to be needed beside the others. */
function relaxed(
  recipe: Recipe,
  changes: Change[],
  fits: (r: Recipe) => boolean,
  bytesOf: (r: Recipe) => number,
): Remedy {
  let kept = changes
  for (const change of changes) {
    const without = kept.filter((c) => c !== change)
    if (fits(applied(recipe, without))) kept = without
  }
  return { changes: kept, bytes: bytesOf(applied(recipe, kept)) }
}

function applied(recipe: Recipe, changes: Change[]): Recipe {
  return changes.reduce((r, { assignment }) => {
    const at = assignment.indexOf('=')
    return withValue(r, assignment.slice(0, at), JSON.parse(assignment.slice(at + 1)))
  }, recipe)
}

/** A field of the recipe, or a setting of all its stages. */
function withValue(recipe: Recipe, name: string, value: unknown): Recipe {
  if (!(name in numberSettings)) return { ...recipe, [name]: name === 'lora' ? loraSchema.parse(value) : value }
  const setting = name as NumberSettingName
  return {
    ...recipe,
    settings: { ...recipe.settings, [setting]: value },
    stages: recipe.stages.map((stage) =>
      stage.settings[setting] === undefined ? stage : { ...stage, settings: { ...stage.settings, [setting]: value } },
    ),
  }
}

/** The largest of half, a quarter … of a setting that fits, or the least there is. */
function lower(name: NumberSettingName) {
  return (recipe: Recipe, fits: (r: Recipe) => boolean) => {
    const given = [recipe.settings, ...recipe.stages.map((s) => s.settings)].flatMap((s) => s[name] ?? [])
    const from = given.length > 0 ? Math.max(...given) : numberSettings[name].default
    const bottom = least[name]!
    if (from <= bottom) return null
    let found: { recipe: Recipe; change: Change } | null = null
    for (let value = powerBelow(from); ; value /= 2) {
      const to = Math.max(bottom, value)
      const next = withValue(recipe, name, to)
      const { label } = numberSettings[name]
      if (!splits(next)) return found
      found = { recipe: next, change: { assignment: `${name}=${to}`, label, from: String(from), to: String(to) } }
      if (fits(next) || to === bottom) return found
    }
  }
}

/** Whether there is an output for each mini-batch: other recipes are refused. */
const splits = (recipe: Recipe) =>
  settingsOfStages(recipe).every((s) => s.miniBatches <= s.promptsPerStep * s.groupSize)

/** The largest power of two below. */
const powerBelow = (n: number) => 2 ** (Math.ceil(Math.log2(n)) - 1)

function checkpointed(recipe: Recipe) {
  if (recipe.gradientCheckpointing) return null
  const change = { assignment: 'gradientCheckpointing=true', label: 'gradient checkpointing', from: 'off', to: 'on' }
  return { recipe: withValue(recipe, 'gradientCheckpointing', true), change }
}

function adapted(recipe: Recipe) {
  if (recipe.lora) return null
  const change = { assignment: 'lora={"rank":16}', label: 'LoRA', from: 'off', to: 'rank 16' }
  return { recipe: withValue(recipe, 'lora', { rank: 16 }), change }
}
