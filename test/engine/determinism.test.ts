/** Configuration, seed and steering events are the whole run: whatever happens around them, the metrics are the same to the last bit. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Recipe } from '../../src-main/contract/recipe.ts'
import type { SteeringCommand } from '../../src-main/contract/records.ts'
import { readSafetensors } from '../../src-main/engine/model/safetensors.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'
import { run, smallRecipe, type Transcript, temporaryFolder } from './support/run.ts'

const recipe = smallRecipe({ checkpointEvery: 2, evalEvery: 2 })

/** After which step a person asks for what. Stage two begins by itself at step 4, at the same boundary as a change that must outlive it. */
const script: Record<number, SteeringCommand[]> = {
  1: [{ kind: 'set', changes: { temperature: 1.3, learningRate: 0.002 } }, { kind: 'refresh-reference' }],
  2: [{ kind: 'set', changes: { groupSize: 6, 'rewardWeights.format': 0.5 } }],
  3: [{ kind: 'set', changes: { maxCompletionTokens: 14, beta: 0.1 } }],
  4: [{ kind: 'stay' }, { kind: 'set', changes: { promptsPerStep: 3, epsilonLow: 0.1, epsilonHigh: 0.4 } }],
  7: [{ kind: 'set', changes: { refreshReferenceEvery: 2, temperature: 0.9 } }],
  9: [{ kind: 'next-stage' }],
}

function steered(recipe: Recipe, folder: string) {
  return run(recipe, {
    folder,
    react(message, command) {
      if (message.type === 'step') for (const c of script[message.report.step] ?? []) command(c)
    },
  })
}

function bytesOf(folder: string, checkpoint: string): Record<string, Buffer> {
  const path = join(folder, 'checkpoints', checkpoint)
  return Object.fromEntries(readdirSync(path).map((file) => [file, readFileSync(join(path, file))]))
}

describe('the same seed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'grpo-test-'))
  let undisturbed: Transcript

  beforeAll(async () => {
    undisturbed = await run(recipe, { folder })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('gives the same metrics, groups, evaluations and weights', async () => {
    const again = await run(recipe)
    expect(again.steps).toEqual([1, 2, 3, 4, 5, 6])
    expect(again.course).toEqual(undisturbed.course)
    expect(again.evaluations).toEqual(undisturbed.evaluations)
    expect(bytesOf(again.folder, 'step-000006')).toEqual(bytesOf(undisturbed.folder, 'step-000006'))
  })

  it('is not what makes the outputs alike: another one gives others', async () => {
    const other = await run({ ...recipe, seed: recipe.seed + 1 })
    expect(other.course[0]).not.toEqual(undisturbed.course[0])
  })

  it('gives each step and each evaluation draws of its own, even of a policy that stays as it is', async () => {
    const one = { promptsPerStep: 1, groupSize: 8, miniBatches: 1, learningRate: 0 }
    const t = await run(smallRecipe({ trainPrompts: 1, evalEvery: 1, settings: one }))
    const texts = t.of('step').map(({ report }) => JSON.stringify(report.groups[0].completions.map((c) => c.text)))
    expect(new Set(texts).size).toBe(6)
    const samples = t.of('evaluation').map(({ report }) => JSON.stringify(report.samples.slice(0, 4)))
    expect(new Set(samples).size).toBe(7)
  })

  it('counts the tokens of all steps, over a resume too', async () => {
    const tokens = undisturbed.of('step').map((m) => {
      const completions = m.report.groups.flatMap((g) => g.completions)
      return completions.reduce((sum, c) => sum + c.tokens, 0)
    })
    const soFar = tokens.map((_, i) => tokens.slice(0, i + 1).reduce((a, b) => a + b))
    expect(undisturbed.of('step').map((m) => m.report.metrics.num_tokens)).toEqual(soFar)
  })

  it('gives the same after pauses and single steps', async () => {
    const interrupted = await run(recipe, {
      paused: true,
      react(message, command) {
        if (message.type === 'paused') command({ kind: message.step < 3 ? 'step' : 'resume' })
        if (message.type === 'step' && message.report.step === 4) command({ kind: 'pause' })
      },
    })
    expect(interrupted.of('paused').map((m) => m.step)).toEqual([0, 1, 2, 3, 4])
    expect(interrupted.course).toEqual(undisturbed.course)
    expect(interrupted.evaluations).toEqual(undisturbed.evaluations)
  })

  it.each([0, 2, 3])('gives the same when resumed after step %i', async (step) => {
    const name = `step-${String(step).padStart(6, '0')}`
    const last = bytesOf(undisturbed.folder, 'step-000006')
    const resumed = await run(recipe, { folder: undisturbed.folder, checkpoint: join('checkpoints', name) })
    expect(resumed.steps).toEqual([1, 2, 3, 4, 5, 6].filter((s) => s > step))
    expect(resumed.course).toEqual(undisturbed.course.slice(step))
    const later = undisturbed.of('evaluation').filter((m) => m.report.step > step)
    expect(resumed.evaluations).toEqual(undisturbed.evaluations.slice(-later.length))
    expect(bytesOf(resumed.folder, 'step-000006')).toEqual(last)
  })
})

describe('a reference that is mixed with the policy', () => {
  const settings = { refreshReferenceEvery: 2, referenceMixture: 0.3, beta: 0.2 }
  const mixing = smallRecipe({ checkpointEvery: 1, settings, stages: [{ kind: 'grpo', name: 'only', steps: 6 }] })

  it('is the same when resumed after any step', async () => {
    const whole = await run(mixing)
    const last = bytesOf(whole.folder, 'step-000006')
    for (const step of [1, 2, 3, 5]) {
      const resumed = await run(mixing, { folder: whole.folder, checkpoint: `checkpoints/step-00000${step}` })
      expect(resumed.course).toEqual(whole.course.slice(step))
      expect(bytesOf(whole.folder, 'step-000006')).toEqual(last)
    }
  })

  it('is that share of the policy every so many steps, and all of it when a person asks', async () => {
    const asked = await run(mixing, {
      react(message, command) {
        if (message.type === 'step' && message.report.step === 4) command({ kind: 'refresh-reference' })
      },
    })
    const stored = (step: number, file: string) =>
      readSafetensors(join(asked.folder, 'checkpoints', `step-00000${step}`, file))
    const policy = (step: number) => stored(step, 'model.safetensors')
    const reference = (step: number) => stored(step, 'reference.safetensors')
    for (const [name, { data }] of reference(3)) {
      // due before step 3: after two steps of the policy, the reference until then being the model before training
      const [start, learned] = [policy(0).get(name)!.data, policy(2).get(name)!.data]
      expectClose(
        'mixed reference',
        name,
        data,
        start.map((x, i) => 0.7 * x + 0.3 * learned[i]),
        1e-6,
      )
      expect(reference(5).get(name)!.data).toEqual(policy(4).get(name)!.data)
      expect(reference(2).get(name)!.data).toEqual(start)
      if (!name.endsWith('norm.weight')) expect(learned).not.toEqual(start)
    }
  })
})

it('alerts are the same when resumed after any step', async () => {
  const stages = [{ kind: 'grpo', name: 'only', steps: 6 }]
  const cut = smallRecipe({ checkpointEvery: 1, settings: { maxCompletionTokens: 4 }, stages })
  const alertsOf = (t: Transcript) => t.of('alert').map(({ alert }) => ({ ...alert, at: '' }))
  const whole = await run(cut)
  const alerts = alertsOf(whole)
  expect(alerts.map((a) => [a.step, a.kind])).toEqual([
    [3, 'all-truncated'],
    [5, 'no-signal'],
  ])
  for (const step of [1, 2, 3, 4, 5]) {
    const resumed = await run(cut, { folder: whole.folder, checkpoint: `checkpoints/step-00000${step}` })
    expect(alertsOf(resumed)).toEqual(alerts.filter((a) => a.step > step))
  }
})

describe('steering', () => {
  it('is part of the course: replayed at its steps after a resume, it gives the same bits', async () => {
    const folder = temporaryFolder()
    const original = await steered(recipe, folder)
    expect(original.steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(original.events.filter((e) => e.refused !== null)).toEqual([])
    const last = bytesOf(folder, 'step-000009')
    for (const step of [0, 3, 8]) {
      const name = `step-${String(step).padStart(6, '0')}`
      const resumed = await run(recipe, {
        folder,
        checkpoint: join('checkpoints', name),
        replay: original.replayAfter(step),
      })
      expect(resumed.course, `resumed after step ${step}`).toEqual(original.course.slice(step))
      expect(bytesOf(folder, 'step-000009')).toEqual(last)
      // the host has these confirmed already
      expect(resumed.of('applied')).toEqual([])
    }
  })

  it('changes the course: without it the steps differ', async () => {
    const plain = await run(recipe)
    const original = await steered(recipe, temporaryFolder())
    expect(original.course[0]).toEqual(plain.course[0])
    expect(original.course[1]).not.toEqual(plain.course[1])
  })
})

onEachBackend('a run', (backend) => {
  it('resumed is the same to the last bit', async () => {
    const whole = await run(recipe, { backend })
    const last = bytesOf(whole.folder, 'step-000006')
    const resumed = await run(recipe, { backend, folder: whole.folder, checkpoint: 'checkpoints/step-000003' })
    expect(resumed.of('ready')[0].backend).toBe(backend)
    expect(resumed.course).toEqual(whole.course.slice(3))
    expect(bytesOf(whole.folder, 'step-000006')).toEqual(last)
  })
})
