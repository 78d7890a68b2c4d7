import { expect, test } from 'vitest'
import { traceQuery } from '../../src-main/contract/traces.ts'
import { openHost, scripted } from './support/hosts.ts'
import { recipeOf } from './support/records.ts'

test('a pattern that would backtrack for years blocks nobody', async () => {
  // texts of forty letters
  const host = openHost({ startEngine: scripted({ steps: 3, textLength: 40 }) })
  const { id: runId } = await host.launch(recipeOf())
  await host.idle()
  const started = performance.now()
  const { hits } = await host.ask.traces(traceQuery.parse({ runId, text: '^([a-z]+)+1$', regex: true }))
  expect(hits).toEqual([])
  expect(
    (await host.ask.traces(traceQuery.parse({ runId, text: '^([a-z]+)+$', regex: true }))).hits.length,
  ).toBeGreaterThan(0)
  expect(performance.now() - started).toBeLessThan(10_000)
})

test('several samples get a label together, or none of them does', async () => {
  const host = openHost({ startEngine: scripted({ steps: 3 }) })
  const { id: runId } = await host.launch(recipeOf())
  await host.idle()
  const samples = (await host.ask.traces(traceQuery.parse({ runId }))).hits.slice(0, 3)
  const labelled = async () => (await host.ask.traces(traceQuery.parse({ runId, label: '*' }))).hits.length
  const missing = { step: 2, group: 0, sample: 99 }
  const label = { label: 'hacking', note: '' }
  expect(() => host.label({ runId, samples: [...samples, missing], ...label })).toThrow('has no sample 100')
  expect(await labelled()).toBe(0)
  host.label({ runId, samples, ...label })
  expect(await labelled()).toBe(3)
  host.label({ runId, samples: samples.slice(1), label: '', note: '' })
  expect(await labelled()).toBe(1)
})
