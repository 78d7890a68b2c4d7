/** Reward models by way of the host: trained with news of it, cancelled, refused, compared, tried, removed; what a run remembers of its own. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HostEvent } from '../../src-main/contract/api.ts'
import { newLabelSet } from '../../src-main/contract/labelling.ts'
import { parseRecipe } from '../../src-main/contract/recipe.ts'
import { type TrainingOrder, trainingOrder } from '../../src-main/contract/reward-model-work.ts'
import { Host } from '../../src-main/host/host.ts'
import { createLabelSet, label } from '../../src-main/host/labelling.ts'
import { acceptingDoubts, rewardModels } from '../../src-main/library/reward-models.ts'
import { preferencesOfACoin, preferencesOfOnes } from '../support/preference-files.ts'
import { openHost, tinyPolicy, tinyRecipe, Watch } from './support/hosts.ts'

type News = Extract<HostEvent, { type: 'reward-model' }>

const order = (name: string, data: string, training: object = {}, more: object = {}): TrainingOrder =>
  trainingOrder.parse({
    name,
    data,
    kind: 'helpfulness',
    model: tinyPolicy,
    training: { learningRate: 3e-3, batchSize: 16, ...training },
    ...more,
  })

let root = ''
let files = 0
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'grpo-studio-test-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

function fileOf(text: string): string {
  const file = join(root, `pairs-${++files}.jsonl`)
  writeFileSync(file, text)
  return file
}

/** @returns what was announced */
async function trained(host: Host, asked: TrainingOrder): Promise<News[]> {
  const stop = new AbortController()
  const events = host.subscribe(stop.signal)
  const news: News[] = []
  await host.rewardModels.train(asked)
  for await (const event of events) {
    if (event.type !== 'reward-model') continue
    news.push(event)
    if (event.training.status !== 'running') break
  }
  stop.abort()
  return news
}

test('training one tells how far it is, ends with a model in the list, and refuses a second beside it', async () => {
  const host = openHost()
  const file = fileOf(preferencesOfOnes(240))
  const done = trained(host, order('ones-1', file, { epochs: 2 }))
  await expect(host.rewardModels.train(order('ones-2', file))).rejects.toThrow(/ones-1 is being trained/)
  expect(() => host.rewardModels.remove('ones-1')).toThrow('is being trained')
  const news = await done
  expect(news[0].training).toMatchObject({ name: 'ones-1', status: 'running', phase: 'reading', step: 0 })
  const last = news.at(-1)!.training
  expect(last).toMatchObject({ status: 'done', error: null, phase: 'measuring' })
  expect(last.steps).toBeGreaterThan(4)
  const points = news.flatMap((one) => one.points)
  expect(points.map((point) => point.step)).toEqual(Array.from({ length: last.steps }, (_, i) => i + 1))
  expect(points[0].loss).toBeCloseTo(Math.LN2)
  const { models, training } = host.rewardModels.list()
  expect(models).toHaveLength(1)
  expect(models[0]).toMatchObject({ name: 'ones-1', steps: last.steps })
  expect(models[0].bytes).toBeGreaterThan(10_000)
  expect(training!.points).toEqual(points)
  await expect(host.rewardModels.train(order('ones-1', file))).rejects.toThrow('There is a reward model ones-1')
  host.rewardModels.remove('ones-1')
  expect(host.rewardModels.list().models).toEqual([])
  expect(() => host.rewardModels.remove('ones-1')).toThrow('There is no reward model ones-1')
  expect(() => host.rewardModels.remove('../runs')).toThrow('There is no reward model')
})

test('cancelled, nothing of it is kept; what fails says why', async () => {
  const host = openHost()
  const watch = new Watch(host)
  await host.rewardModels.train(order('long', fileOf(preferencesOfOnes(240)), { epochs: 1000 }))
  await watch.for((e): e is News => e.type === 'reward-model' && e.training.step > 1)
  expect(host.rewardModels.list().training!.etaSeconds).toBeGreaterThan(0)
  host.rewardModels.cancel()
  const end = await watch.for((e): e is News => e.type === 'reward-model' && e.training.status !== 'running')
  expect(end.training).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } })
  expect(rewardModels(host.rewardModels.folder)).toEqual([])
  expect(() => host.rewardModels.cancel()).toThrow('No reward model is being trained')

  const wrong = await trained(host, order('wrong', fileOf('{"prompt":"1+1="}\n')))
  expect(wrong.at(-1)!.training).toMatchObject({
    status: 'failed',
    error: { code: 'bad-request', message: expect.stringContaining('line 1 has a bad chosen') },
  })
  await expect(host.rewardModels.train(order('gone', '/nowhere/pairs.jsonl'))).rejects.toThrow('There is no file')
  const one = order('gone', '/nowhere/pairs.jsonl')
  await expect(host.rewardModels.train({ ...one, name: 'Not a name' })).rejects.toThrow('is no name of a reward model')
})

test('one learns from what a person labelled', async () => {
  const host = openHost()
  const file = fileOf(preferencesOfOnes(120))
  const source = { file }
  const asked = newLabelSet.parse({ kind: 'helpfulness', name: 'mine', source, limit: 120, repeats: false })
  const { number } = await createLabelSet(host, asked, 1)
  let labelled = 0
  for (;;) {
    const { item } = await host.ask.labelState(number)
    if (!item) break
    labelled++
    const ones = (text: string) => text.split('1').length
    const value = ones(item.left) > ones(item.right!) ? 'left' : 'right'
    label(host, { set: number, position: item.position, repeat: false, value })
  }
  const empty = await createLabelSet(host, { ...asked, name: 'none yet' }, 1)
  const nothing = await trained(host, { ...order('mine', file), data: { labels: empty.number } })
  expect(nothing.at(-1)!.training.error!.message).toContain(`set-${empty.number}.jsonl has nothing in it`)
  const news = await trained(host, { ...order('mine', file), data: { labels: number } })
  expect(news.at(-1)!.training).toMatchObject({ status: 'done', error: null })
  const { data } = host.rewardModels.list().models[0]
  expect(data).toMatchObject({ file: `set-${number}.jsonl` })
  expect(data.trained + data.heldOut + data.leftOut).toBe(labelled)
})

describe('reward models that are there', () => {
  let dataFolder = ''
  const open = () => openHost({ dataFolder })

  beforeAll(async () => {
    dataFolder = join(root, 'data')
    const host = new Host({ dataFolder, command: 'test' })
    const ones = fileOf(preferencesOfOnes(240))
    for (const asked of [
      order('good', ones, { epochs: 4 }),
      // its head stays zero: it prefers nothing
      order('poor', ones, { learningRate: 0 }),
      order('other', fileOf(preferencesOfOnes(200, 5000)), { epochs: 2 }),
      order('coin', fileOf(preferencesOfACoin(160))),
    ])
      expect((await trained(host, asked)).at(-1)!.training).toMatchObject({ status: 'done', error: null })
    await host.close()
  }, 300_000)

  test('are compared on what all had kept apart, or on a file, item by item', async () => {
    const host = open()
    const { models } = host.rewardModels.list()
    const kept = models.find((one) => one.name === 'good')!.data.heldOut
    const found = await host.rewardModels.compare(['poor', 'good'])
    expect(found).toMatchObject({ kind: 'helpfulness', items: kept, data: null })
    expect(found.models.map((one) => one.name)).toEqual(['poor', 'good'])
    const [poor, good] = found.models.map((one) => one.report.accuracy.value)
    const [pair] = found.pairs
    expect(found.pairs).toHaveLength(1)
    expect(pair.difference.value).toBeCloseTo(good - poor)
    expect(pair.difference.low).toBeGreaterThan(0)
    expect((pair.onlyB - pair.onlyA) / kept).toBeCloseTo(good - poor)
    expect(pair.p).toBeLessThan(0.01)
    // each model's own report is of the same items
    expect(good).toBe(models.find((one) => one.name === 'good')!.report.accuracy.value)

    await expect(host.rewardModels.compare(['good', 'other'])).rejects.toThrow(/kept \d of the same items apart/)
    const file = fileOf(preferencesOfOnes(60, 90_000))
    const three = await host.rewardModels.compare(['good', 'other', 'coin'], file)
    expect(three).toMatchObject({ items: 60, data: file })
    expect(three.pairs.map(({ a, b }) => [a, b])).toEqual([
      ['good', 'other'],
      ['good', 'coin'],
      ['other', 'coin'],
    ])
    await expect(host.rewardModels.compare(['good', 'nobody'])).rejects.toMatchObject({ code: 'not-found' })
  })

  test('judge a text that is typed in, as in a run', async () => {
    const host = open()
    const texts = ['<answer>111</answer>', '<answer>474</answer>', '<think>1', 'Hello']
    const [ones, fours, unclosed, words] = await host.rewardModels.try('good', '3+4=', texts)
    expect(ones.value).toBeGreaterThan(fours.value)
    expect(ones.score).toBeGreaterThan(fours.score!)
    expect(ones.reason).toMatch(/^score/)
    expect([unclosed.score, words.score]).toEqual([null, null])
    expect(unclosed.reason).toContain('nothing after the thinking')
    expect(words.reason).toContain("not in the reward model's tokens")
    expect(unclosed.value).toBeLessThan(fours.value)
  })

  const judgedBy = (model: string, more: object = {}) =>
    parseRecipe(
      tinyRecipe({
        settings: {
          ...(tinyRecipe().settings as object),
          rewardWeights: { accuracy: 1, helpfulness: 0.5 },
          rewardParameters: { helpfulness: { model } },
        },
        ...more,
      }),
      'test',
    )

  test('a doubtful one is asked about before a run uses it, and the run remembers the answer', async () => {
    const host = open()
    expect(host.rewardModels.of(judgedBy('coin'))).toEqual([
      {
        asked: 'coin',
        kind: 'helpfulness',
        doubt: expect.stringContaining('It is not better than chance'),
        accepted: false,
      },
    ])
    expect(host.rewardModels.of(judgedBy('good'))).toMatchObject([{ asked: 'good', doubt: null }])
    await expect(host.launch(judgedBy('coin'))).rejects.toMatchObject({ code: 'doubtful' })
    const run = await host.launch(acceptingDoubts(judgedBy('coin')))
    await host.idle()
    const { config, status } = await host.ask.run(run.id)
    expect(status).toBe('finished')
    expect(config.settings.rewardParameters).toEqual({ helpfulness: { model: 'coin', doubtful: 'use' } })
    expect(config.rewardModels).toEqual({ coin: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  test('a run goes on with the one that it was launched with, and no other', async () => {
    const host = open()
    const watch = new Watch(host)
    const run = await host.launch(judgedBy('good'))
    await watch.step(4)
    expect(() => host.rewardModels.remove('good')).toThrow('The active run is judged by good')
    host.steer(run.id, { kind: 'stop' })
    await host.idle()
    const asked = order('good', fileOf(preferencesOfOnes(240)), { epochs: 1 }, { replace: true })
    expect((await trained(host, asked)).at(-1)!.training).toMatchObject({ status: 'done', error: null })
    await expect(host.resume(run.id)).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringMatching(/^The reward model good .* is another one than the run was launched with/),
    })
    expect((await host.ask.run(run.id)).status).toBe('stopped')
    // the same training gives the same weights: the run goes on
    const same = order('good', fileOf(preferencesOfOnes(240)), { epochs: 4 }, { replace: true })
    await trained(host, same)
    await host.resume(run.id)
    await host.idle()
    expect((await host.ask.run(run.id)).status).toBe('finished')
    expect(readdirSync(join(host.rewardModels.folder, 'good'))).toContain('held-out.jsonl')
  })
})
