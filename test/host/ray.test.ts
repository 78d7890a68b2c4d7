/** Runs on a Ray cluster, against a dashboard that answers as Ray 2.60 did. What it is like with Ray itself: ray-real.test.ts. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Cluster } from '../../src-main/contract/ray.ts'
import type { RunSummary } from '../../src-main/contract/records.ts'
import { Host } from '../../src-main/host/host.ts'
import { checkCluster } from '../../src-main/host/ray/clusters.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { engineHere } from './support/engine-here.ts'
import { FakeRay } from './support/fake-ray.ts'
import { temporaryFolder } from './support/temporary.ts'

const small = ['trainPrompts=16', 'evalPrompts=8', 'finalEvalPrompts=8', 'stages.0.steps=3', 'stages.1.steps=2']
const patience = { timeout: 20_000, interval: 50 }

async function opened(more: Partial<Cluster> = {}) {
  const ray = new FakeRay()
  const address = await ray.start()
  onTestFinished(() => ray.stop())
  const dataFolder = temporaryFolder()
  const open = () => {
    const host = new Host({ dataFolder, command: 'test', poll: 100, startEngine: engineHere })
    onTestFinished(() => host.close())
    return host
  }
  const host = open()
  host.ray.clusters.save(checkCluster({ name: 'lab', address, ...more }))
  return { ray, address, host, dataFolder, reopen: open }
}

const launched = (host: Host) => host.launchOn('lab', loadRecipe('r1-zero-mini', small))

async function report(ray: FakeRay, path: string, body: object, method = 'POST') {
  const { key, report } = ray.order
  const response = await fetch(`${report.url}/ingest/v1/runs/${key}${path}`, {
    method,
    headers: { authorization: `Bearer ${report.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

const opening = {
  title: 'R1-Zero in miniature',
  source: { engine: 'trl', version: '1.16' },
  totalSteps: 5,
  commands: ['stop'],
}
const step = (seq: number, n: number) => ({
  seq,
  report: { kind: 'step', step: n, at: new Date().toISOString(), seconds: 1, metrics: { reward: n } },
})

describe('a run on a cluster', () => {
  test('is submitted, reports with a token of its own, goes through its stages, and ends', async () => {
    const { ray, host } = await opened()
    const run = await launched(host)
    expect(run).toMatchObject({
      status: 'starting',
      totalSteps: 5,
      stageCount: 2,
      job: { cluster: 'lab', status: 'preparing' },
    })
    await vi.waitFor(() => expect(ray.jobs.size).toBe(1), patience)
    expect(ray.newest.entrypoint).toBe('python -m grpo_studio.ray job.json')
    expect(ray.newest.metadata).toMatchObject({ 'grpo-studio-run': '1' })
    await vi.waitFor(async () => expect((await host.ask.run(run.id)).job?.status).toBe('pending'), patience)

    ray.newest.status = 'RUNNING'
    ray.newest.log = 'Running entrypoint\nhello\n'
    expect((await report(ray, '', opening, 'PUT')).status).toBe(200)
    expect((await host.ask.run(run.id)).status).toBe('running')
    const reports = [1, 2, 3, 4, 5].map((n) => step(n, n))
    await report(ray, '/reports', { writer: 'w', reports: reports.slice(0, 4) })
    const midway = await host.ask.run(run.id)
    expect(midway).toMatchObject({ step: 4, stage: 1, stageName: 'long' })
    expect(midway.stages.map(({ firstStep, lastStep, endReason }) => [firstStep, lastStep, endReason])).toEqual([
      [1, 3, 'steps'],
      [4, null, null],
    ])
    const end = { seq: 6, report: { kind: 'status', step: 5, at: new Date().toISOString(), status: 'finished' } }
    await report(ray, '/reports', { writer: 'w', reports: [...reports, end] })
    ray.newest.status = 'SUCCEEDED'
    await vi.waitFor(async () => expect((await host.ask.run(run.id)).job?.status).toBe('succeeded'), patience)
    const over = await host.ask.run(run.id)
    expect(over).toMatchObject({ status: 'finished', error: null })
    expect(over.stages[1]).toMatchObject({ lastStep: 5, endReason: 'steps' })
    expect(host.ray.log(run.id, null).text).toBe('Running entrypoint\nhello\n')
    expect(await host.ray.searchLog(run.id, null, 'HELLO')).toEqual([{ at: 19, line: 'hello' }])
  })

  test('lets nobody report with another token, and no page of a browser', async () => {
    const { ray, host } = await opened()
    await launched(host)
    await vi.waitFor(() => expect(ray.jobs.size).toBe(1), patience)
    const { key, report: way } = ray.order
    const put = (headers: Record<string, string>, of = key) =>
      fetch(`${way.url}/ingest/v1/runs/${of}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(opening),
      })
    const authorization = `Bearer ${way.token}`
    expect((await put({})).status).toBe(401)
    expect((await put({ authorization: 'Bearer x' })).status).toBe(401)
    // its token opens its own run and nothing else
    expect((await put({ authorization }, 'another-run')).status).toBe(401)
    expect((await put({ authorization, origin: 'http://evil.example' })).status).toBe(403)
    // a relay on the cluster has a name of its own
    expect((await put({ authorization, host: '10.1.2.3:9000' })).status).toBe(200)
    expect(readFileSync(join(host.dataFolder, 'studio.db')).includes(way.token)).toBe(false)
  })

  test('that failed is told with what Ray says, and goes on as a new job of the same run', async () => {
    const { ray, host } = await opened()
    const run = await launched(host)
    await vi.waitFor(() => expect(ray.jobs.size).toBe(1), patience)
    const before = ray.order
    expect(before.resume).toBe(false)
    await report(ray, '', opening, 'PUT')
    await report(ray, '/reports', { writer: 'w', reports: [step(1, 1), step(2, 2)] })
    await expect(host.resume(run.id)).rejects.toThrow(/The job of run #1 is (pending|preparing)/)
    Object.assign(ray.newest, {
      status: 'FAILED',
      message: 'Job entrypoint command failed with exit code 1: out of memory',
    })
    await vi.waitFor(async () => expect((await host.ask.run(run.id)).status).toBe('failed'), patience)
    const failed = await host.ask.run(run.id)
    expect(failed.error?.message).toMatch(/Its job on lab failed: .*out of memory/)
    expect(failed.error?.hint).toMatch(/Resume the run/)

    const again = await host.resume(run.id)
    expect(again).toMatchObject({ id: run.id, status: 'starting', error: null })
    await vi.waitFor(() => expect(ray.jobs.size).toBe(2), patience)
    expect(ray.order).toMatchObject({ key: before.key, resume: true })
    const old = await fetch(`${before.report.url}/ingest/v1/runs/${before.key}/commands`, {
      headers: { authorization: `Bearer ${before.report.token}` },
    })
    // whoever went before is not heard any more
    expect(old.status).toBe(401)
    const resumed = { ...opening, resumedFrom: 1, startedAt: new Date().toISOString() }
    await report(ray, '', resumed, 'PUT')
    expect(await host.ask.run(run.id)).toMatchObject({ status: 'running', step: 1 })
    expect(host.ray.jobs(run.id).map(({ attempt }) => attempt)).toEqual([1, 2])
  })

  test('is followed again when the app is opened, whether its job still goes or has ended meanwhile', async () => {
    const { ray, host, reopen } = await opened()
    const run = await launched(host)
    await vi.waitFor(async () => expect((await host.ask.run(run.id)).job?.status).toBe('pending'), patience)
    await report(ray, '', opening, 'PUT')
    const { report: way } = ray.order
    await host.close()
    ray.newest.status = 'RUNNING'

    const second = reopen()
    // its driver finds the app where job.json says
    await vi.waitFor(() => expect(second.ray.jobs(run.id)[0].status).toBe('running'), patience)
    expect((await report(ray, '/reports', { writer: 'w', reports: [step(1, 1)] })).status).toBe(200)
    expect((await second.ask.run(run.id)).status).toBe('running')
    await second.close()
    ray.newest.status = 'SUCCEEDED'

    const third = reopen()
    await vi.waitFor(() => expect(third.ray.jobs(run.id)[0].status).toBe('succeeded'), patience)
    expect(await third.ask.run(run.id)).toMatchObject({
      status: 'interrupted',
      error: { message: expect.stringMatching(/last reports did not come here/) },
    })
    expect(way.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  test('whose head is gone is said to be lost, tried again, and gone once another head is there', async () => {
    const { ray, address, host } = await opened()
    const run = await launched(host)
    await vi.waitFor(async () => expect((await host.ask.run(run.id)).job?.status).toBe('pending'), patience)
    await ray.stop()
    await vi.waitFor(
      () =>
        expect(host.ray.jobs(run.id)[0].unreachable?.error.message).toMatch(/cannot be reached: nothing listens there/),
      patience,
    )
    await expect(host.resume(run.id)).rejects.toThrow(/as far as is known: the cluster does not answer/)
    await ray.start(Number(new URL(address).port))
    await vi.waitFor(() => expect(host.ray.jobs(run.id)[0].unreachable).toBeNull(), patience)
    expect(host.ray.jobs(run.id)[0].status).toBe('pending')
    ray.jobs.clear()
    await vi.waitFor(() => expect(host.ray.jobs(run.id)[0].status).toBe('gone'), patience)
    expect(await host.ask.run(run.id)).toMatchObject({
      status: 'interrupted',
      error: { message: expect.stringMatching(/head was started anew/) },
    })
    expect((await host.resume(run.id)).status).toBe('starting')
    await vi.waitFor(() => expect(ray.jobs.size).toBe(1), patience)
  })

  test('is ended at once, or given up where its cluster does not answer', async () => {
    const { ray, host } = await opened()
    const run = await launched(host)
    await vi.waitFor(async () => expect((await host.ask.run(run.id)).job?.status).toBe('pending'), patience)
    expect(await host.ray.stop(run.id)).toMatchObject({ stopping: true })
    await vi.waitFor(async () => expect((await host.ask.run(run.id)).status).toBe('stopped'), patience)
    await expect(host.ray.stop(run.id)).rejects.toThrow(/The job of run #1 has ended \(stopped\)/)
    await host.resume(run.id)
    await vi.waitFor(async () => expect((await host.ask.run(run.id)).job?.status).toBe('pending'), patience)
    await ray.stop()
    await vi.waitFor(() => expect(host.ray.jobs(run.id)[1].unreachable).not.toBeNull(), patience)
    expect(await host.ray.stop(run.id)).toMatchObject({ status: 'stopped', unreachable: null })
    expect((await host.ask.run(run.id)).status).toBe('stopped')
  })
})

describe('what is refused before anything is made', () => {
  const nothingMade = async (host: Host) => expect(await host.ask.runs()).toEqual<RunSummary[]>([])

  test('a recipe that the trainer cannot honour, naming each setting, its value and the way out', async () => {
    const { ray, host } = await opened()
    await expect(host.launchOn('lab', loadRecipe('r1-mini', []))).rejects.toThrow(
      /TRL on the cluster lab cannot train r1-mini as it stands: addTokens: .*; rewardWeights.helpfulness/s,
    )
    expect(ray.packages.size).toBe(0)
    await nothingMade(host)
  })

  test.each([
    ['/api/version', { status: 404, body: '<html>nginx</html>' }, /is no dashboard of Ray: it has no \/api\/version/],
    [
      '/api/version',
      { status: 200, body: '<html>hello</html>' },
      /answers, and not as a dashboard of Ray does .*<html>hello/,
    ],
    [
      '/api/version',
      { status: 200, body: '{"version":"3","ray_version":"2.3.0"}' },
      /is Ray 2.3.0, whose Jobs API is version 3; at least 4/,
    ],
    [
      '/api/version',
      { status: 500, body: 'Traceback\n  File "x"\nRuntimeError: GCS is down' },
      /refused \(500\): RuntimeError: GCS is down/,
    ],
  ])('an address that answers %s with %o', async (path, answer, message) => {
    const { ray, host } = await opened()
    ray.instead.set(path, answer)
    await expect(launched(host)).rejects.toThrow(message)
    await expect(host.ray.try(host.ray.clusters.require('lab'))).rejects.toThrow(message)
    await nothingMade(host)
  })

  test('a token that is missing, wrong, or not to be read; with the right one its figures come', async () => {
    const { ray, host, address } = await opened()
    ray.token = 'right'
    const file = join(temporaryFolder(), 'token')
    const trying = (tokenFile: string | null) => host.ray.try(checkCluster({ name: 'x', address, tokenFile }))
    await expect(trying(null)).rejects.toThrow(/lets nobody in without its token\./)
    await expect(trying(file)).rejects.toThrow(/cannot be read: ENOENT/)
    writeFileSync(file, 'wrong\n')
    await expect(trying(file)).rejects.toThrow(/and not with that of .*token/)
    writeFileSync(file, 'right\n')
    expect(await trying(file)).toMatchObject({ rayVersion: '2.60.0', nodes: 1, cpus: 2, gpus: 0 })
  })

  test('a cluster that there is not, a name that is taken, and one that nobody listens at', async () => {
    const { ray, host, address } = await opened()
    await expect(host.launchOn('nope', loadRecipe('r1-zero-mini', small))).rejects.toThrow(/There is no cluster "nope"/)
    expect(() => host.ray.clusters.save(checkCluster({ name: 'lab', address }))).toThrow(
      /There is a cluster "lab" already/,
    )
    await ray.stop()
    await expect(launched(host)).rejects.toThrow(/cannot be reached: nothing listens there/)
    await nothingMade(host)
  })
})

test('a package that the dashboard takes not, and a job that it refuses, fail the run with the reason', async () => {
  const { ray, host } = await opened()
  ray.instead.set('/api/packages', { status: 413, body: 'Maximum request body size 104857600 exceeded.' })
  const run = await launched(host)
  await vi.waitFor(async () => expect((await host.ask.run(run.id)).status).toBe('failed'), patience)
  expect((await host.ask.run(run.id)).error?.message).toMatch(/takes no package of \d+ MiB: Maximum request body size/)
  ray.instead.clear()
  ray.instead.set('/api/jobs/', { status: 400, body: 'Traceback\nTypeError: entrypoint must be a string' })
  await host.resume(run.id)
  await vi.waitFor(async () => expect((await host.ask.run(run.id)).status).toBe('failed'), patience)
  expect((await host.ask.run(run.id)).error?.message).toMatch(/refused \(400\): TypeError: entrypoint must be a string/)
})
