import { describe, expect, test } from 'vitest'
import { differences } from '../../src-main/contract/differences.ts'
import type { Attached } from '../../src-main/contract/records.ts'
import { defaultSettings, keptSettings, undeliveredSettings, withDelivered } from '../../src-main/contract/settings.ts'
import { knobsOfRun, trainerKnob, valueInForce, whyNot } from '../../src-main/contract/trainer-knobs.ts'
import { changedKnobs, settingsTold } from '../../src-renderer/stores/story.ts'
import { recipeOf } from '../host/support/records.ts'

const attached: Attached = {
  model: 'Qwen',
  config: {},
  knobs: ['temperature', 'rewardWeights.accuracy_reward', 'cosine_max_len'],
  commands: ['pause'],
  refusals: { groupSize: 'TRL fixes it.' },
}
const settings = withDelivered(undeliveredSettings, { temperature: 0.9 })
const run = { attached, settings }

describe('the knobs of a run of another trainer', () => {
  test('are those that it names, under our labels where we have some', () => {
    expect(knobsOfRun(run).map(({ label }) => label)).toEqual([
      'temperature',
      'accuracy_reward weight',
      'cosine_max_len',
    ])
  })

  test('have no value where none was delivered', () => {
    expect(valueInForce(run, 'temperature')).toBe(0.9)
    expect(valueInForce(run, 'beta')).toBeNaN()
    expect(valueInForce(run, 'rewardWeights.accuracy_reward' as never)).toBeNaN()
    expect(valueInForce(run, 'cosine_max_len' as never)).toBeNaN()
    expect(valueInForce({ attached: null, settings: defaultSettings }, 'rewardWeights.math')).toBe(0)
  })

  test('say why they cannot be turned', () => {
    expect(whyNot(run, 'groupSize', 4)).toBe('TRL fixes it.')
    expect(whyNot(run, 'beta', 0)).toMatch(/cannot turn beta/)
    expect(whyNot(run, 'temperature', 99)).toMatch(/between/)
    expect(whyNot(run, 'temperature', 0.5)).toBeUndefined()
    expect(trainerKnob('cosine_max_len')).toMatchObject({ min: -1e9 })
  })
})

test('settings that were not delivered stay so through the store', () => {
  const kept = keptSettings(JSON.stringify(settings))
  expect(kept).toEqual(settings)
  expect(kept.beta).toBeNaN()
})

test('what is told of a change names rewards that we do not know', () => {
  const changes = { 'rewardWeights.accuracy_reward': 2, temperature: 0.5 } as never
  const event = {
    id: 1,
    runId: 'a',
    kind: 'set',
    requestedAt: '',
    requestedStep: 1,
    effectiveStep: 3,
    refused: null,
  } as const
  const told = { ...event, changes, before: { temperature: 0.9 } }
  expect(changedKnobs(told)).toEqual([
    { name: 'rewardWeights.accuracy_reward', label: 'accuracy_reward weight', from: undefined, to: 2 },
    { name: 'temperature', label: 'temperature', from: 0.9, to: 0.5 },
  ])
  const spans = settingsTold(withDelivered(settings, { temperature: 0.5 }), [told])
  expect(spans.map(({ step, settings: { temperature } }) => [step, temperature])).toEqual([
    [1, 0.9],
    [3, 0.5],
  ])
})

test('what was not delivered is no difference', () => {
  const told = { model: 'Qwen', seed: null, config: { num_generations: 4 }, settings }
  const paths = (...all: Parameters<typeof differences>[0][number][]) => differences(all).map(({ path }) => path)
  expect(paths(recipeOf(), told)).toEqual(['model', 'temperature'])
  expect(paths(told, { ...told, config: { num_generations: 8 } })).toEqual(['config.num_generations'])
  expect(paths(told, told)).toEqual([])
})
