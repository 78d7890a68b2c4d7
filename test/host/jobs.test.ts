import { expect, onTestFinished, test } from 'vitest'
import type { GenerateRequest } from '../../src-main/contract/jobs.ts'
import { type EngineProcess, forkEngine } from '../../src-main/host/engine-process.ts'
import { engineEntry } from '../../src-main/host/entries.ts'
import { JobRunner } from '../../src-main/host/jobs.ts'
import { answer } from '../../src-main/host/playground.ts'
import { tinyPolicy } from './support/hosts.ts'

const ask: GenerateRequest = { modelDir: tinyPolicy, prompt: '1+2=', maxTokens: 12, temperature: 1, seed: 3 }

function runner() {
  const engines: EngineProcess[] = []
  const jobs = new JobRunner(() => {
    engines.push(forkEngine(engineEntry))
    return engines.at(-1)!
  })
  onTestFinished(() => jobs.close())
  return { jobs, engines }
}

test('one process answers job after job, and a refused one does not end it', async () => {
  const { jobs, engines } = runner()
  const first = await jobs.run('generate', ask)
  expect(first.tokens).toBeGreaterThan(0)
  await expect(jobs.run('generate', { ...ask, prompt: '' })).rejects.toMatchObject({
    code: 'bad-request',
    message: 'The prompt is empty.',
  })
  expect(await jobs.run('generate', ask)).toEqual(first)
  expect(engines).toHaveLength(1)
})

test('the text is told while it grows', async () => {
  const { jobs } = runner()
  const told: string[] = []
  const { text } = await jobs.run('generate', ask, { onNews: (news) => told.push(news.text) })
  expect(told.length).toBeGreaterThan(0)
  for (const part of told) expect(text.startsWith(part)).toBe(true)
})

test('cancelling ends the process and says so; the next job has another', async () => {
  const { jobs, engines } = runner()
  const stop = new AbortController()
  const asked = jobs.run('generate', ask, { signal: stop.signal })
  const gone = new Promise((resolve) => engines[0].onExit(resolve))
  stop.abort()
  await expect(asked).rejects.toMatchObject({ code: 'cancelled' })
  await gone
  await expect(jobs.run('generate', ask, { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' })
  await jobs.run('generate', ask)
  expect(engines).toHaveLength(2)
})

test('an engine that dies at work is an error with the way out', async () => {
  const { jobs, engines } = runner()
  const asked = jobs.run('generate', ask)
  engines[0].kill()
  await expect(asked).rejects.toMatchObject({ code: 'engine-died', hint: expect.stringContaining('memory') })
})

test('the playground’s answer: parts of it, then the whole; letting go of it ends the work', async () => {
  const { jobs, engines } = runner()
  const host = { job: jobs.run.bind(jobs) }
  const { modelDir: model, ...rest } = ask
  const parts = []
  for await (const part of answer(host, { model, ...rest, chat: true })) parts.push(part)
  expect(parts.at(-1)).toMatchObject({ done: true, finishReason: expect.any(String) })
  expect(parts.slice(0, -1).every((part) => !part.done)).toBe(true)

  const gone = new Promise((resolve) => engines[0].onExit(resolve))
  const long = answer(host, { model, ...rest, chat: true, maxTokens: 40 })
  expect((await long.next()).value).toMatchObject({ done: false })
  await long.return()
  await gone

  const missing = answer(host, { model: 'some/model', ...rest, chat: true })
  await expect(missing.next()).rejects.toMatchObject({ code: 'not-found' })
})

test('closing ends what works and what idles', async () => {
  const { jobs, engines } = runner()
  await jobs.run('generate', ask)
  const gone = new Promise((resolve) => engines[0].onExit(resolve))
  jobs.close()
  await gone
  await expect(jobs.run('generate', ask)).rejects.toMatchObject({ code: 'cancelled' })
})
