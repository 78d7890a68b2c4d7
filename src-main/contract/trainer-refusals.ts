/** What of a recipe a cluster's trainer cannot honour: asked before submission, so that nothing is dropped in silence. */
import { sidesOf } from './composite.ts'
import { domains } from './domains.ts'
import { engineName } from './engines.ts'
import { allSettings, type Recipe, recipeSchema, rewardsOf, settingsOfStages } from './recipe.ts'
import { type RewardName, rewardInfo, rewardNames } from './rewards.ts'
import { mergeSettings, type Settings } from './settings.ts'
import { gateOf, type Stage, stageKinds } from './stages.ts'
import { hasEffect, type PlainSetting, type SettingValue, type Trainer, trainerNames } from './trainer-names.ts'

export interface TrainerRefusal {
  /** Where it stands in the recipe: `stages.1.settings.dynamicSampling`. */
  path: string
  value: unknown
  why: string
  hint: string
}

/** @returns one for each thing that the trainer cannot do; none: it can be submitted */
export function refusalsFor(recipe: Recipe, trainer: Trainer): TrainerRefusal[] {
  return [
    ...ofFields(recipe, trainer),
    ...ofRewards(recipe, trainer),
    ...recipe.stages.flatMap((stage, at) => ofStage(stage, `stages.${at}`, trainer)),
    ...ofSettings(recipe, trainer),
  ]
}

/** Stages that the driver can run. */
const kinds: Readonly<Record<Trainer, readonly Stage['kind'][]>> = {
  trl: ['grpo', 'sft', 'rejection-sampling'],
  verl: ['grpo'],
}

function ofFields(recipe: Recipe, trainer: Trainer): TrainerRefusal[] {
  const found: TrainerRefusal[] = []
  const { lora, addTokens, pauseOn, task, stages, bf16Products } = recipe
  if (lora && trainer === 'trl')
    found.push({
      path: 'lora',
      value: lora,
      why: 'the driver trains all weights',
      hint: 'Leave lora out, or choose verl.',
    })
  if (addTokens)
    found.push({
      path: 'addTokens',
      value: addTokens,
      why: 'the model is handed over as it is',
      hint: 'Begin with a model that has these tokens: grpo-studio export-model writes one.',
    })
  if (bf16Products && trainer === 'verl')
    found.push({
      path: 'bf16Products',
      value: true,
      why: 'verl chooses its number formats by its engine',
      hint: 'Set it to false.',
    })
  const usual = recipeSchema.shape.pauseOn.parse(undefined)
  if ([...pauseOn].sort().join() !== [...usual].sort().join())
    found.push({
      path: 'pauseOn',
      value: pauseOn,
      why: 'the app raises alerts of runs that it trains itself, and pauses those alone',
      hint: 'Leave it out, and watch the charts.',
    })
  if ((task?.function ?? 0) > 0)
    found.push({
      path: 'task.function',
      value: task?.function,
      why: 'programs are judged in the sandbox, which stays on this machine',
      hint: 'Choose other kinds of problems.',
    })
  if (trainer === 'verl' && stages.length > 1)
    found.push({
      path: 'stages',
      value: stages.length,
      why: 'verl trains one stage a run',
      hint: 'Submit the stages one by one, or choose TRL.',
    })
  return found
}

function ofStage(stage: Stage, path: string, trainer: Trainer): TrainerRefusal[] {
  const found: TrainerRefusal[] = []
  if (!kinds[trainer].includes(stage.kind))
    found.push({
      path: `${path}.kind`,
      value: stage.kind,
      why: `${engineName(trainer)}’s driver has no stages of the kind ${stageKinds[stage.kind].label}`,
      hint: `It has ${kinds[trainer].join(', ')}.`,
    })
  if (gateOf(stage))
    found.push({
      path: `${path}.gate`,
      value: gateOf(stage),
      why: 'stages end after their steps on a cluster',
      hint: 'Leave the gate out.',
    })
  if (trainer === 'verl' && stage.milestones)
    found.push({
      path: `${path}.milestones`,
      value: stage.milestones,
      why: 'verl gives its settings to its workers when they start',
      hint: 'Leave them out, or choose TRL.',
    })
  if (trainer === 'verl' && 'domains' in stage && stage.domains)
    found.push({
      path: `${path}.domains`,
      value: stage.domains,
      why: 'the driver hands verl all training problems',
      hint: 'Leave it out, or choose TRL.',
    })
  return found
}

const sandboxed: readonly RewardName[] = ['code', 'own']

function ofRewards(recipe: Recipe, trainer: Trainer): TrainerRefusal[] {
  const found: TrainerRefusal[] = []
  const hint = `Rewards that go along: ${rewardNames.filter((name) => whyNoReward(name, trainer) === null).join(', ')}.`
  for (const name of rewardsOf(recipe)) {
    const why = whyNoReward(name, trainer)
    if (why) found.push({ path: `rewardWeights.${name}`, value: name, why, hint })
  }
  return found
}

function whyNoReward(name: RewardName, trainer: Trainer): string | null {
  if (rewardInfo[name].learnt) return 'reward models stay on this machine'
  if (sandboxed.includes(name)) return 'it runs code in the sandbox, which stays on this machine'
  if (trainer === 'verl' && name === 'kimi_length')
    return 'it compares the outputs of a group, and verl judges them one by one'
  return null
}

/** Settings of the recipe as each stage begins, and as each of its milestones leaves them. */
function* settingsWithin(recipe: Recipe): Generator<{ at: number; settings: Settings }> {
  for (const [at, begins] of settingsOfStages(recipe).entries()) {
    yield { at, settings: begins }
    let settings = begins
    for (const change of allSettings(recipe.stages[at]).slice(1)) {
      settings = mergeSettings(settings, change)
      yield { at, settings }
    }
  }
}

function ofSettings(recipe: Recipe, trainer: Trainer): TrainerRefusal[] {
  const found = new Map<string, TrainerRefusal>()
  for (const { at, settings } of settingsWithin(recipe))
    for (const { name, ...refusal } of [
      ...plain(settings, trainer),
      ...ofBatches(settings, trainer),
      ...ofSides(settings),
    ]) {
      const key = `${name}=${JSON.stringify(refusal.value)}`
      // what all stages have is said once, of the first
      if (!found.has(key)) found.set(key, { path: `stages.${at}.settings.${name}`, ...refusal })
    }
  return [...found.values()]
}

type Named = Omit<TrainerRefusal, 'path'> & { name: string }

function plain(settings: Settings, trainer: Trainer): Named[] {
  return (Object.keys(trainerNames[trainer]) as PlainSetting[]).flatMap((name) => {
    const own = trainerNames[trainer][name]
    const value: SettingValue = settings[name]
    if (!own.only || own.only.includes(value) || !hasEffect(own, settings)) return []
    const allowed = own.only.map((one) => JSON.stringify(one)).join(' or ')
    return [{ name, value, why: own.why ?? '', hint: `Set ${name} to ${allowed}.` }]
  })
}

/** Outputs of a step must divide evenly: a trainer has no rest. */
function ofBatches({ promptsPerStep, groupSize, miniBatches }: Settings, trainer: Trainer): Named[] {
  const whole = trainer === 'verl' ? promptsPerStep : promptsPerStep * groupSize
  if (whole % miniBatches === 0) return []
  const of = trainer === 'verl' ? 'prompts' : 'outputs'
  return [
    {
      name: 'miniBatches',
      value: miniBatches,
      why: `the ${whole} ${of} of a step do not divide into ${miniBatches} mini-batches of one size`,
      hint: `Choose a divisor of ${whole}.`,
    },
  ]
}

/** The total is the weighted sum of the rewards there, whatever the prompt's domain. */
function ofSides({ rewardWeights, sideWeights, sideScaling }: Settings): Named[] {
  const sides = sidesOf(rewardWeights)
  const scaled = sides.filter((side) => sideScaling[side] !== 'none')
  const weighed = domains.flatMap((domain) =>
    sides.filter((side) => side !== 'general').map((side) => ({ domain, side })),
  )
  return [
    ...scaled.map((side) => ({
      name: `sideScaling.${side}`,
      value: sideScaling[side],
      why: 'the total is the plain weighted sum of the rewards on a cluster',
      hint: 'Set it to "none".',
    })),
    ...weighed
      .filter(({ domain, side }) => sideWeights[domain][side] !== 1)
      .map(({ domain, side }) => ({
        name: `sideWeights.${domain}.${side}`,
        value: sideWeights[domain][side],
        why: 'a reward weighs the same on every prompt on a cluster',
        hint: 'Set it to 1, and turn rewardWeights.',
      })),
  ]
}
