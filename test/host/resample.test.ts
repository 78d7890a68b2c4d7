/** A stored prompt answered anew: judged as its run judges, and nothing of it enters the run. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type ResampleNews, resampleOrder } from '../../src-main/contract/resampling.ts'
import type { Host } from '../../src-main/host/host.ts'
import { resample } from '../../src-main/host/playground.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { openForReading } from '../../src-main/store/database.ts'
import { databasePath } from '../../src-main/store/folder.ts'
import { openHost, tinyRecipe } from './support/hosts.ts'

async function asked(host: Host, order: object) {
  const news: ResampleNews[] = []
  for await (const one of resample(host, resampleOrder.parse(order))) news.push(one)
  const last = news.at(-1)
  if (!last?.done) throw new Error('no answer')
  return last
}

/** Every row of every table. */
function everything(dataFolder: string): string {
  const db = openForReading(databasePath(dataFolder))
  const tables = db.prepare<[], { name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all()
  const rows = tables.map(({ name }) => [name, db.prepare(`SELECT * FROM ${name}`).all()])
  db.close()
  return JSON.stringify(rows)
}

test('every sample is judged by all rewards of the run, and the run stays as it was to the last row', async () => {
  const host = openHost()
  await host.launch(loadRecipe(tinyRecipe(), []))
  await host.idle()
  const group = await host.ask.group('1', 5, 0)
  expect(group.completions.every(({ language }) => typeof language === 'string')).toBe(true)
  const newest = (await host.ask.checkpoints('1')).at(-1)!
  const { folder, config } = await host.ask.run('1')
  const before = everything(host.dataFolder)

  const order = {
    model: join(folder, newest.folder),
    runId: '1',
    prompt: group.prompt,
    answer: group.answer,
    maxTokens: 16,
  }
  const { samples } = await asked(host, { ...order, samples: 3, seed: 7 })
  expect(samples.map(({ sample }) => sample)).toEqual([0, 1, 2])
  const weights = (await host.ask.run('1')).settings.rewardWeights
  for (const one of samples) {
    expect(Object.keys(one.parts).sort()).toEqual(Object.keys(weights).sort())
    for (const part of Object.values(one.parts)) expect(part.reason).not.toBe('')
    const total = Object.values(one.parts).reduce((sum, { value, weight }) => sum + (value ?? 0) * weight, 0)
    expect(one.reward).toBeCloseTo(total)
    expect(one.right).toBe(one.parts.accuracy?.value === 1)
  }
  // one seed, one text; more samples leave the first ones as they are; another temperature tells another story
  const again = await asked(host, { ...order, samples: 5, seed: 7 })
  expect(again.samples.slice(0, 3)).toEqual(samples)
  const base = await asked(host, { ...order, model: config.model, samples: 2, temperature: 0 })
  expect(base.samples[0].text).toBe(base.samples[1].text)
  expect(everything(host.dataFolder)).toBe(before)
})

test('what cannot be asked is refused with the reason', async () => {
  const host = openHost()
  await host.launch(loadRecipe(tinyRecipe(), []))
  await host.idle()
  const order = { model: 'embedded', runId: '1', prompt: '1+1=', answer: '2' }
  await expect(asked(host, { ...order, runId: '9' })).rejects.toMatchObject({ message: 'There is no run "9".' })
  await expect(asked(host, { ...order, maxTokens: 100_000 })).rejects.toMatchObject({
    code: 'bad-request',
    message: expect.stringContaining('do not fit into the model'),
  })
  await expect(asked(host, { ...order, prompt: 'é' })).rejects.toMatchObject({ code: 'bad-request' })
})
