import { expect, test } from 'vitest'
import { traceQuery } from '../../src-main/contract/traces.ts'
import { openHost, scripted } from './support/hosts.ts'
import { recipeOf } from './support/records.ts'

test('a pattern that would backtrack for years blocks nobody', async () => {
  // texts of forty x
  const host = openHost({ startEngine: scripted({ steps: 3, textLength: 40 }) })
  const { id: runId } = await host.launch(recipeOf())
  await host.idle()
  const started = performance.now()
  const { hits } = await host.ask.traces(traceQuery.parse({ runId, text: '^(x+)+y$', regex: true }))
  expect(hits).toEqual([])
  expect(
    (await host.ask.traces(traceQuery.parse({ runId, text: '^(x+)+$', regex: true }))).hits.length,
  ).toBeGreaterThan(0)
  expect(performance.now() - started).toBeLessThan(10_000)
})
