/** Runs that keep less than all of their texts: over real sockets, through a kill, and by the command line. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { RetentionPlan, RunTexts } from '../../src-main/contract/retention.ts'
import { Host } from '../../src-main/host/host.ts'
import { startTrainerListener } from '../../src-main/host/ingest/listener.ts'
import { tokenOf } from '../../src-main/host/server.ts'
import { lookInto } from '../../src-main/store/reader.ts'
import { delivery, key, opening, step } from '../support/attached-run.ts'
import { run } from './support/command-line.ts'
import { startListeningApp } from './support/listening.ts'
import { temporaryFolder } from './support/temporary.ts'

const SAMPLES = 8
const prose = (seed: number) =>
  Array.from({ length: 250 }, (_, i) => `so ${(seed * 31 + i * i) % 991} is less`).join(' ')
const reasoning = (at: number) => ({
  kind: 'group',
  step: at,
  group: 0,
  prompt: `How many are ${at}?`,
  completions: Array.from({ length: SAMPLES }, (_, i) => ({
    text: prose(at * 10 + i),
    tokens: 900,
    reward: i / SAMPLES,
  })),
})

const opened = (dataFolder = temporaryFolder()) => {
  const host = new Host({ dataFolder, command: 'test' })
  onTestFinished(() => host.close())
  return host
}

/** With so many steps. */
function filled(steps: number, host = opened()): Host {
  host.attached.open(key, opening())
  const reports = Array.from({ length: steps }, (_, i) => [reasoning(i + 1), step(i + 1)]).flat()
  host.attached.deliver(key, delivery(reports))
  return host
}

const textsOf = (host: Host) => host.ask.texts('1')
const settled = (host: Host, kept: number) =>
  expect.poll(async () => (await textsOf(host)).kept, { timeout: 20_000 }).toBeLessThanOrEqual(kept)

describe('a run that keeps a share', () => {
  test('is thinned behind its newest steps, while its trainer goes on', async () => {
    const host = opened()
    const token = tokenOf(host.dataFolder)
    const listener = await startTrainerListener({ host, token, port: 0 })
    onTestFinished(() => listener.close())
    host.attached.open(key, opening())
    host.thinning.set('1', { share: 0, newest: 3, budget: null })
    let seq = 0
    for (let at = 1; at <= 60; at++) {
      const samples = [{ step: at, group: 0, sample: 3 }]
      const told = { kind: 'event', step: at, at: step(at).at, level: 'warning', message: 'look', samples }
      const reports = [reasoning(at), ...(at === 7 ? [told] : []), step(at)].map((report) => ({ seq: ++seq, report }))
      const answer = await fetch(`http://127.0.0.1:${listener.port}/ingest/v1/runs/${key}/reports`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ writer: 'rank-0', reports }),
      })
      expect(answer.status).toBe(200)
    }
    // the best and the worst of 57 steps, what the alert names, and three steps whole
    await settled(host, 57 * 2 + 1 + 3 * SAMPLES)
    expect(await textsOf(host)).toMatchObject({ kept: 57 * 2 + 1 + 24, gone: 57 * 6 - 1 })
    const { completions } = await host.ask.group('1', 7, 0)
    expect(completions.map(({ text }) => text !== null)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [0, 3, 7].includes(i)),
    )
    expect(completions[3].text).toBe(prose(73))
    expect(completions.every(({ tokens, reward }) => tokens === 900 && Number.isFinite(reward))).toBe(true)
    expect((await host.ask.group('1', 60, 0)).completions.every(({ text }) => text !== null)).toBe(true)
  })

  test('goes on being thinned after the app was killed', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder()
    const host = new Host({ dataFolder: folder, command: 'test' })
    filled(300, host)
    host.thinning.set('1', { share: 0.1, newest: 5, budget: null })
    await host.close()
    const app = await startListeningApp(folder)
    const left = () =>
      lookInto(folder, (db) => db.prepare('SELECT sum(share = 1) FROM step_texts').pluck().get() as number)
    await expect.poll(left, { interval: 5, timeout: 20_000 }).toBeLessThan(250)
    await app.kill()
    expect(left()).toBeGreaterThan(5)
    const again = opened(folder)
    await expect.poll(left, { timeout: 20_000 }).toBe(5)
    const { kept, gone } = await textsOf(again)
    expect(kept + gone).toBe(300 * SAMPLES)
    const stored = lookInto(folder, (db) => db.prepare('SELECT count(*) FROM packed_texts').pluck().get())
    expect(stored).toBe(kept)
  })

  test('keeps its budget', async () => {
    const host = filled(80)
    const before = await textsOf(host)
    expect(before).toMatchObject({ kept: 80 * SAMPLES, gone: 0 })
    host.thinning.set('1', { share: 1, newest: 4, budget: Math.round(before.bytes / 3) })
    await expect
      .poll(async () => (await textsOf(host)).bytes, { timeout: 20_000 })
      .toBeLessThanOrEqual(before.bytes / 3)
  })
})

describe('what new runs keep', () => {
  test('is decided for the folder', async () => {
    const host = opened()
    host.keepByDefault({ share: 0.5, newest: 7, budget: null })
    filled(1, host)
    expect((await textsOf(host)).retention).toEqual({ share: 0.5, newest: 7, budget: null })
  })
})

describe('grpo-studio texts', () => {
  test('tells what is kept, asks for a yes when texts go, and names what cannot be', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder()
    const host = new Host({ dataFolder: folder, command: 'test' })
    filled(20, host)
    await host.close()
    const cli = (...args: string[]) => run(['texts', ...args, '--data', folder])
    expect((await cli('last')).out).toMatch(/^Kept: all texts\.\n160 texts \([\d.]+ MB packed\); 0 are gone\.\n$/)
    const refused = await cli('last', '--share', '0', '--newest', '10')
    expect(refused).toMatchObject({ status: 1, out: '' })
    expect(refused.err).toMatch(/About 80 texts would go \([\d.]+ MB\), and nothing brings them back\.\n.*--yes/)
    const json = await cli('last', '--share', '0', '--newest', '10', '--yes', '--json')
    expect((JSON.parse(json.out) as RunTexts).retention).toEqual({ share: 0, newest: 10, budget: null })
    expect((await cli('last', '--share', '120')).err).toContain('It must be a number between 0 and 100')
    expect((await cli('9')).err).toContain('There is no run "9"')
    expect((await cli('--share', '25')).out).toBe('Kept: 25 % of each step and the 50 newest steps whole.\n')
  })
})

test('an export says which texts were not kept, and is imported as it was', { timeout: 60_000 }, async () => {
  const host = filled(12)
  host.thinning.set('1', { share: 0, newest: 2, budget: null })
  await settled(host, 10 * 2 + 16)
  const plan: RetentionPlan = await host.ask.retentionPlan('1', { share: 0, newest: 2, budget: null })
  expect(plan.texts).toBe(0)
  for (const format of ['csv', 'jsonl', 'parquet']) {
    const into = join(temporaryFolder(), format)
    mkdirSync(into)
    expect((await run(['export', '1', '--format', format, '--out', into, '--data', host.dataFolder])).status).toBe(0)
    const other = opened()
    await other.imports.start({ path: into } as never)
    await expect.poll(() => other.imports.state?.phase, { timeout: 20_000 }).toBe('done')
    for (const at of [3, 11])
      expect((await other.ask.group('1', at, 0)).completions.map(({ text }) => text)).toEqual(
        (await host.ask.group('1', at, 0)).completions.map(({ text }) => text),
      )
  }
})
