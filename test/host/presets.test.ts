/** Presets and recipes from a window: what is kept, what is refused, and a run's recipe as it went. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { describe, expect, test } from 'vitest'
import { asItWent } from '../../src-main/contract/as-it-went.ts'
import { presetNameOf } from '../../src-main/contract/presets.ts'
import { parseRecipe } from '../../src-main/contract/recipe.ts'
import type { StageRecord, SteeringEvent } from '../../src-main/contract/records.ts'
import { makeApi } from '../../src-main/host/api.ts'
import { listPresets } from '../../src-main/host/presets.ts'
import { run } from './support/command-line.ts'
import { openHost, tinyRecipe } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

function open() {
  const host = openHost()
  const info = { version: '0', mode: 'browser' as const, launched: null }
  const api = makeApi({ host, info, diagnose: () => Promise.reject(new Error('not here')) })
  return { host, client: createRouterClient(api) }
}

const recipe = (more: Record<string, unknown> = {}) => parseRecipe(tinyRecipe(more), 'test')

describe('presets', () => {
  test('are saved with their changes, listed, deleted and brought back', async () => {
    const { host, client } = open()
    const saved = await client.presets.save({
      name: 'longer',
      title: 'Longer answers',
      recipe: 'r1-zero-mini',
      assignments: ['maxCompletionTokens=99', 'seed=7'],
    })
    expect(saved).toMatchObject({ name: 'longer', problem: null, info: { name: 'longer', title: 'Longer answers' } })
    expect(saved.info!.recipe.seed).toBe(7)
    expect(saved.info!.stages.every(({ settings }) => settings.maxCompletionTokens === 99)).toBe(true)
    expect((await client.presets.list()).map(({ name }) => name)).toEqual(['longer'])

    await client.presets.remove({ name: 'longer' })
    expect(await client.presets.list()).toEqual([])
    expect(await client.presets.restore({ name: 'longer' })).toEqual(saved)
    expect(listPresets(host.dataFolder)).toEqual([saved])
  })

  test('of one name are refused unless one is to be replaced, and so is the name of a recipe that comes along', async () => {
    const { client } = open()
    const one = { name: 'mine', title: 'Mine', recipe: recipe() as unknown as Record<string, unknown> }
    await client.presets.save(one)
    await expect(client.presets.save(one)).rejects.toMatchObject({
      message: 'There is a preset "mine" already.',
      hint: 'Replace it, or give another name.',
    })
    expect(await client.presets.save({ ...one, title: 'Newer', replace: true })).toMatchObject({
      info: { title: 'Newer' },
    })
    await expect(client.presets.save({ ...one, name: 'r1-mini' })).rejects.toThrow(
      '"r1-mini" is a recipe that comes along.',
    )
    await expect(client.presets.remove({ name: 'other' })).rejects.toMatchObject({
      message: 'There is no preset "other".',
      hint: 'Presets: mine.',
    })
    await client.presets.remove({ name: 'mine' })
    await client.presets.save(one)
    await expect(client.presets.restore({ name: 'mine' })).rejects.toThrow('There is another preset "mine" by now.')
  })

  test('that somebody spoiled are listed with what is wrong', async () => {
    const { client } = open()
    const { file } = await client.presets.save({ name: 'mine', title: 'Mine', recipe: 'r1-mini' })
    writeFileSync(file, '{ "name": "mine", "seed": -4 }')
    expect(await client.presets.list()).toMatchObject([
      { name: 'mine', info: null, problem: expect.stringContaining('-4') },
    ])
  })

  test('are what the command line has, too', async () => {
    const data = temporaryFolder()
    const file = join(data, 'tiny.json')
    writeFileSync(file, JSON.stringify(tinyRecipe()))
    const saved = await run(['presets', 'save', 'Größer & länger', file, '--set', 'seed=5', '--json'], { data })
    expect(JSON.parse(saved.out)).toMatchObject({ name: 'gro-er-langer', info: { recipe: { seed: 5 } } })
    expect((await run(['presets', 'list'], { data })).out).toContain('Größer & länger')
    const other = await run(['presets', 'save', 'other', 'gro-er-langer', '--json'], { data })
    expect(JSON.parse(other.out)).toMatchObject({ name: 'other', info: { recipe: { seed: 5 } } })
    expect((await run(['presets', 'save', '!!', file], { data })).err).toContain('"!!" makes no name.')
    expect((await run(['presets', 'remove', 'gro-er-langer'], { data })).out).toContain('restore gro-er-langer')
    expect((await run(['presets', 'restore', 'gro-er-langer'], { data })).status).toBe(0)
  })

  test('have names that files can have', () => {
    expect(presetNameOf('  Longer: answers!  ')).toBe('longer-answers')
    expect(presetNameOf('更长')).toBe('')
    expect(presetNameOf('x'.repeat(99))).toHaveLength(63)
  })
})

describe('a recipe that a window read', () => {
  const read = async (text: string) => open().client.recipes.read({ text, name: 'mine.grpo' })

  test('is described when it is right', async () => {
    expect(await read(JSON.stringify(tinyRecipe()))).toMatchObject({
      name: 'tiny',
      stages: [{ steps: 6 }, { steps: 6 }],
    })
  })

  test('is refused with line, field and value', async () => {
    const text = JSON.stringify(tinyRecipe({ seed: -3 }), null, 2)
    const line = text.split('\n').findIndex((of) => of.includes('"seed"')) + 1
    await expect(read(text)).rejects.toThrow(
      new RegExp(`^mine\\.grpo is not a valid recipe: line ${line}, seed: .*\\(it is -3\\)`),
    )
    await expect(read('{ "name": }')).rejects.toThrow('mine.grpo is not valid JSON: line 1, column 11')
    await expect(read('no recipe')).rejects.toMatchObject({ code: 'bad-recipe' })
  })

  test('that names files beside it is refused, as they are not there', async () => {
    await expect(read(JSON.stringify(tinyRecipe({ model: './weights' })))).rejects.toMatchObject({
      message: 'mine.grpo names a file beside it: model is "./weights".',
      hint: expect.stringContaining('path on the machine that trains'),
    })
    const { task: _, ...rest } = tinyRecipe()
    const data = { train: 'train.jsonl', eval: '/data/eval.jsonl' }
    await expect(read(JSON.stringify({ ...rest, data }))).rejects.toThrow('data.train is "train.jsonl"')
  })

  test('resolves to what would be launched, and reads back as the same', async () => {
    const { client } = open()
    const resolved = await client.recipes.resolve({ recipe: 'r1-zero-mini', assignments: ['beta=0.5'] })
    const again = await client.recipes.read({ text: JSON.stringify(resolved), name: 'again' })
    expect(again.recipe).toEqual(resolved)
    expect(again.stages.every(({ settings }) => settings.beta === 0.5)).toBe(true)
  })
})

describe('a run’s recipe as it went', () => {
  const stage = (i: number, firstStep: number | null, lastStep: number | null) =>
    ({ stage: i, firstStep, lastStep, endReason: lastStep ? 'steered' : null }) as StageRecord
  const set = (effectiveStep: number | null, changes: object, refused: string | null = null) =>
    ({ kind: 'set', effectiveStep, changes, refused }) as SteeringEvent

  test('has what was turned as milestones, and stages as long as they took', () => {
    const given = recipe({
      stages: [
        { kind: 'grpo', name: 'a', steps: 50, gate: { above: 0.5 }, milestones: [{ at: 40, settings: { beta: 1 } }] },
        { kind: 'grpo', name: 'b', steps: 50, settings: { beta: 0.1 } },
        { kind: 'grpo', name: 'c', steps: 50 },
      ],
    })
    const stages = [stage(0, 1, 8), stage(1, 9, null), stage(2, null, null)]
    const events = [
      set(3, { temperature: 0.5 }),
      set(3, { 'rewardWeights.format': 0.3 }),
      set(9, { beta: 0 }),
      set(12, { learningRate: 0.01 }),
      set(null, { topP: 0.5 }),
      set(13, { topP: 0.4 }, 'out of range'),
    ]
    const went = asItWent(given, stages, events)
    expect(went.stages).toMatchObject([
      { steps: 8, milestones: [{ at: 3, settings: { temperature: 0.5, rewardWeights: { format: 0.3 } } }] },
      { steps: 50, settings: { beta: 0 }, milestones: [{ at: 4, settings: { learningRate: 0.01 } }] },
      { steps: 50 },
    ])
    expect(went.stages[0]).not.toHaveProperty('gate')
    expect(went.stages[0].milestones).toHaveLength(1)
    expect(parseRecipe(went, 'again')).toEqual(went)
  })

  test('of a run that was steered launches again', async () => {
    const { host, client } = open()
    const { id } = await host.launch(recipe())
    host.steer(id, { kind: 'set', changes: { temperature: 0.7 } })
    await host.idle()
    const went = await client.runs.recipe({ runId: id })
    const [event] = await host.ask.events(id)
    const settings = event.effectiveStep === 1 ? went.stages[0].settings : went.stages[0].milestones?.[0].settings
    expect(settings).toMatchObject({ temperature: 0.7 })
    expect(parseRecipe(JSON.parse(JSON.stringify(went)), 'again').stages).toHaveLength(2)
    expect(readFileSync(join(host.dataFolder, 'runs', id, 'run.json'), 'utf8')).not.toContain('milestones')
  })
})
