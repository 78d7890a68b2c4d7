import { describe, expect, it } from 'vitest'
import { parseRecipe, type Recipe } from '../../src-main/contract/recipe.ts'
import { recipeChanges, turnedKnobs } from '../../src-main/contract/recipe-edit.ts'

const stages = [
  { kind: 'grpo', name: 'first', steps: 10 },
  { kind: 'grpo', name: 'second', steps: 10, settings: { temperature: 0.9 } },
  { kind: 'grpo', name: 'third', steps: 10 },
]
const recipe = (more: Record<string, unknown> = {}): Recipe =>
  parseRecipe({ name: 'one', title: 'One', task: { sum: 1 }, stages, ...more }, 'the test recipe')
const withStage = (i: number, more: object) =>
  recipe({ stages: stages.map((s, k) => (k === i ? { ...s, ...more } : s)) })

/** Of an edit, seen from the second stage: by path, what is refused and why. */
const seen = (after: Recipe) =>
  Object.fromEntries(recipeChanges(recipe(), after, 1).map(({ path, refused }) => [path, refused]))

describe('an edited recipe', () => {
  it('can turn knobs, say when to look and to save, and plan what comes', () => {
    const edited = recipe({ settings: { beta: 0.01 }, evalEvery: 5, checkpointEvery: 2, pauseOn: [] })
    expect(Object.values(seen(edited)).every((refused) => refused === null)).toBe(true)
    expect(Object.keys(seen(edited)).sort()).toEqual(['beta', 'checkpointEvery', 'evalEvery', 'pauseOn.0', 'pauseOn.1'])
    expect(turnedKnobs(recipe(), edited, 1)).toEqual({ beta: 0.01 })
    expect(seen(withStage(1, { steps: 30, gate: { above: 0.9 } }))['stages.1.steps']).toBeNull()
    expect(seen(withStage(2, { steps: 5, name: 'last', settings: { lossType: 'dapo' } }))).toEqual({
      'stages.2.name': null,
      'stages.2.steps': null,
      lossType: null,
    })
    const more = recipe({ stages: [...stages, { kind: 'grpo', name: 'fourth', steps: 3 }] })
    expect(Object.values(seen(more))).toEqual([null, null, null])
  })

  it('cannot change what the run began with, what is done, or what no knob turns', () => {
    expect(seen(recipe({ model: 'other', trainPrompts: 7 }))).toEqual({
      model: 'It decides what the run began with.',
      trainPrompts: 'It decides what the run began with.',
    })
    expect(seen(withStage(0, { steps: 3 }))).toEqual({ 'stages.0.steps': 'That stage is done.' })
    expect(seen(withStage(1, { name: 'other' }))).toEqual({ 'stages.1.name': 'The run is in that stage.' })
    expect(seen(recipe({ settings: { lossType: 'dapo' } }))).toEqual({
      lossType: 'It cannot be turned while a run goes.',
    })
    // the second stage has a temperature of its own, which the third keeps
    expect(seen(recipe({ settings: { temperature: 0.5 } }))).toEqual({ temperature: 'Those stages are done.' })
  })

  it('turns nothing that is the same in the stage that the run is in', () => {
    expect(turnedKnobs(recipe(), recipe({ settings: { temperature: 0.5 } }), 1)).toEqual({})
    expect(turnedKnobs(recipe(), recipe({ settings: { temperature: 0.5 } }), 0)).toEqual({ temperature: 0.5 })
  })
})
