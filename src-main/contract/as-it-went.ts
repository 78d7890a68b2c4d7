/** A run's recipe as the run went: what a person turned becomes milestones, and a stage that ended has the steps that it took. */
import { settingsOf } from './knobs.ts'
import type { Recipe } from './recipe.ts'
import type { StageRecord, SteeringEvent } from './records.ts'
import { mergePartial } from './settings.ts'
import type { Stage } from './stages.ts'

/**
 * @param recipe with the stages that were inserted and skipped by hand
 * @param stages of the run, in the recipe's order
 */
export function asItWent(recipe: Recipe, stages: readonly StageRecord[], events: readonly SteeringEvent[]): Recipe {
  const turned = events.filter(({ kind, effectiveStep, refused }) => kind === 'set' && effectiveStep && !refused)
  const went = recipe.stages.map((stage, i) => {
    const { firstStep, lastStep } = stages[i] ?? {}
    if (!firstStep) return stage
    const own = turned.filter(({ effectiveStep: step }) => step! >= firstStep && (!lastStep || step! <= lastStep))
    return withChanges(lastStep ? ended(stage, lastStep - firstStep + 1) : stage, firstStep, own)
  })
  return { ...recipe, stages: went }
}

/** Its gate has had its say. */
function ended(stage: Stage, steps: number): Stage {
  const { gate: _, ...rest } = stage as Stage & { gate?: unknown }
  const milestones = stage.milestones?.filter(({ at }) => at <= steps)
  return { ...rest, steps, ...(milestones && { milestones }) } as Stage
}

function withChanges(stage: Stage, firstStep: number, events: readonly SteeringEvent[]): Stage {
  let { settings } = stage
  const milestones = [...(stage.milestones ?? [])]
  for (const { effectiveStep, changes = {} } of events) {
    const at = effectiveStep! - firstStep + 1
    const change = settingsOf(changes)
    const before = milestones.findIndex((milestone) => milestone.at === at)
    if (at === 1) settings = mergePartial(settings, change)
    else if (before < 0) milestones.push({ at, settings: change })
    else milestones[before] = { at, settings: mergePartial(milestones[before].settings, change) }
  }
  milestones.sort((a, b) => a.at - b.at)
  return { ...stage, settings, ...(milestones.length > 0 && { milestones }) }
}
