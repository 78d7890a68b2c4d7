/** The composite reward of a run that goes on: weight and scaling of a side are turned, in force at the next step, and on record. */
import { expect, test } from 'vitest'
import type { GroupRecord } from '../../src-main/contract/records.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { openHost, tinyRecipe, Watch } from './support/hosts.ts'

/** Of a group: what the reasoning side said of each output, and what it added. */
const reasoning = ({ completions }: GroupRecord) => completions.map(({ sides }) => sides!.reasoning!)

/** By the definition: less the group's mean, divided by its n−1 spread and 1e-4. */
function scaled(values: number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return values.map((value) => (value - mean) / (Math.sqrt(squares / (values.length - 1)) + 1e-4))
}

test('weight and scaling of a side turn while the run goes', async () => {
  const host = openHost()
  const watch = new Watch(host)
  const recipe = tinyRecipe({
    settings: {
      ...(tinyRecipe().settings as object),
      // what a model with random weights writes repeats itself more or less; the language reward makes a second side
      rewardWeights: { accuracy: 0, format: 0, repetition: 1, language: 1 },
      rewardParameters: { repetition: { n: 1 } },
    },
    stages: [{ kind: 'grpo', name: 'only', steps: 400 }],
  })
  const { id } = await host.launch(loadRecipe(recipe, []))
  await watch.step(2)
  expect(() => host.steer(id, { kind: 'set', changes: { 'sideScaling.general': 1 } })).toThrow(
    'the sides of its rewards are reasoning, language',
  )
  host.steer(id, {
    kind: 'set',
    changes: { 'sideScaling.reasoning': 1, 'sideWeights.math.reasoning': 0.5 },
    note: 'even',
  })
  const confirmed = await watch.for((e) => e.type === 'steering' && e.event.effectiveStep !== null)
  const from = (confirmed as { event: { effectiveStep: number } }).event.effectiveStep
  await watch.step(from + 1)
  host.endNow()
  await host.idle()

  expect(await host.ask.events(id)).toMatchObject([
    {
      effectiveStep: from,
      note: 'even',
      changes: { 'sideScaling.reasoning': 1, 'sideWeights.math.reasoning': 0.5 },
      before: { 'sideScaling.reasoning': 0, 'sideWeights.math.reasoning': 1 },
    },
  ])
  const steps = watch.events.flatMap((e) => (e.type === 'step' ? [e.step] : []))
  for (const { step, settings } of steps)
    expect([settings.sideScaling.reasoning, settings.sideWeights.math.reasoning]).toEqual(
      step < from ? ['none', 1] : ['group', 0.5],
    )
  const groupsOf = (step: number) =>
    host.ask.groupsAt(
      id,
      [0, 1].map((group) => ({ step, group })),
    )
  for (const group of await groupsOf(from - 1))
    for (const { value, share } of reasoning(group)) expect(share).toBe(value)
  let apart = 0
  for (const group of await groupsOf(from)) {
    const sides = reasoning(group)
    const expected = scaled(sides.map(({ value }) => value))
    for (const [i, { share }] of sides.entries()) expect(share).toBeCloseTo(0.5 * expected[i], 10)
    for (const { reward, sides } of group.completions)
      expect(reward).toBeCloseTo(sides!.reasoning!.share + (sides!.language?.share ?? 0), 10)
    apart += new Set(sides.map(({ value }) => value)).size - 1
  }
  expect(apart, 'outputs differ').toBeGreaterThan(0)
  // resumed, it goes on as it was turned
  await host.resume(id)
  await watch.for((e) => e.type === 'step' && e.step.step > from + 1)
  expect((await host.ask.run(id)).settings).toMatchObject({
    sideScaling: { reasoning: 'group' },
    sideWeights: { math: { reasoning: 0.5 } },
  })
})
