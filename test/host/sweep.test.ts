/** A sweep from its start to its comparison, through a host. */
import { expect, test } from 'vitest'
import type { Host } from '../../src-main/host/host.ts'
import { prepareSweep, startSweep } from '../../src-main/host/sweeps.ts'
import { version } from '../../src-main/host/version.ts'
import { sweepReport } from '../../src-main/report/sweep.ts'
import { openHost, scripted, tinyRecipe } from './support/hosts.ts'

const tinySweep = (more: Record<string, unknown> = {}) =>
  prepareSweep({
    name: 'tiny-beta',
    title: 'Tiny β',
    recipe: tinyRecipe(),
    grid: { beta: [0, 0.1] },
    seeds: 2,
    ...more,
  })

async function workedOff(host: Host): Promise<void> {
  do {
    await host.idle()
    await host.queue.settled()
  } while (host.active)
}

test('its runs are queued as one, trained in order, and compared with the reference', async () => {
  const host = openHost({ startEngine: scripted({ steps: 2 }) })
  host.queue.hold()
  expect(startSweep(host, tinySweep(), null)).toBe('tiny-beta')
  expect(host.queue.state().entries.map(({ sweep, cell, seed }) => [sweep, cell, seed])).toEqual([
    ['tiny-beta', 'beta=0', 0],
    ['tiny-beta', 'beta=0', 1],
    ['tiny-beta', 'beta=0.1', 0],
    ['tiny-beta', 'beta=0.1', 1],
  ])
  expect(await host.ask.sweeps()).toMatchObject([{ name: 'tiny-beta', runs: { all: 4, waiting: 4, finished: 0 } }])
  const before = await host.ask.sweep('tiny-beta')
  expect(before.cells[0]).toMatchObject({ accuracy: null, difference: null, memory: null, heldOut: [] })
  await host.queue.start()
  await workedOff(host)

  const { sweep, cells } = await host.ask.sweep('last')
  expect(sweep.runs).toEqual({ all: 4, finished: 4, active: 0, waiting: 0, failed: 0 })
  for (const cell of cells) {
    // the script's evaluations are right on one of two prompts
    expect(cell.accuracy?.value).toBe(0.5)
    expect(cell.accuracy?.low).toBeLessThan(0.5)
    expect(cell.runs.map(({ status, accuracy }) => [status, accuracy])).toEqual([
      ['finished', 0.5],
      ['finished', 0.5],
    ])
    expect(cell.seconds?.mean).toBeCloseTo(0.02, 6)
    expect(cell.reward.steps).toEqual([1, 2])
    expect(cell.heldOut).toMatchObject([{ step: 0, value: 0.5 }])
  }
  expect(cells[0].difference).toBeNull()
  expect(cells[1].difference?.value).toBe(0)
  expect(startSweep(host, tinySweep(), null)).toBe('tiny-beta-2')
  await expect(host.ask.sweep('nowhere')).rejects.toThrow(/no sweep "nowhere"/)
})

test('a cell that is refused is named in the comparison with its reason, and the others go on', async () => {
  const host = openHost({ startEngine: scripted({ steps: 1 }) })
  startSweep(host, tinySweep({ grid: { model: ['nobody/nothing', tinyRecipe().model] }, seeds: 1 }), null)
  await workedOff(host)
  const result = await host.ask.sweep('tiny-beta')
  expect(result.sweep.runs).toMatchObject({ finished: 1, failed: 1 })
  expect(result.cells[0].runs).toMatchObject([{ status: 'refused', run: null, error: { code: 'not-found' } }])
  const page = sweepReport(result, version)
  expect(page).toContain('Runs that failed')
  expect(page).toContain('nobody/nothing')
})

test('the report is whole, needs nothing else, and shows text as text', async () => {
  const host = openHost({ startEngine: scripted({ steps: 3 }) })
  startSweep(host, tinySweep({ title: 'A <b>bold</b> title' }), null)
  await workedOff(host)
  const page = sweepReport(await host.ask.sweep('tiny-beta'), version)
  expect(page).toContain('A &lt;b&gt;bold&lt;/b&gt; title')
  expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)|<link|<b>bold/)
  expect(page.match(/<svg/g)).toHaveLength(2)
  // every colour of the chart follows the page's
  expect(page).not.toMatch(/#0102|rgb\(1,/)
  expect(page).toContain('stroke="var(--cell-2)"')
})

test('memory and time of each step are stored for the comparison', async () => {
  const host = openHost()
  const runs = { stages: [{ kind: 'grpo', name: 'only', steps: 3 }] }
  startSweep(host, tinySweep({ recipe: tinyRecipe(runs), seeds: 1 }), null)
  await workedOff(host)
  const { cells } = await host.ask.sweep('tiny-beta')
  for (const { memory, secondsPerStep, tokens } of cells) {
    // Node and TensorFlow alone hold more than 100 MiB
    expect(memory?.mean).toBeGreaterThan(100)
    expect(secondsPerStep?.mean).toBeGreaterThan(0)
    expect(tokens?.mean).toBeGreaterThan(3 * 8)
  }
})
