/** Other trainers over real sockets: who may report, what is refused, and that nothing is lost or doubled whatever is killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Delivered, type IngestRefusal, ingestLimits, type Opened } from '../../src-main/contract/ingest.ts'
import { Host } from '../../src-main/host/host.ts'
import { startTrainerListener } from '../../src-main/host/ingest/listener.ts'
import { listeningFile } from '../../src-main/host/ingest/listening.ts'
import { tokenOf } from '../../src-main/host/server.ts'
import { at, group, key, opening, step } from '../support/attached-run.ts'
import { Watch } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

interface Answer<T> {
  status: number
  headers: Headers
  body: T
}

/** A trainer that speaks HTTP. */
function trainer(url: string, token: string, under = key) {
  async function ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const raw = body instanceof Buffer || typeof body === 'string'
    const response = await fetch(`${url}/ingest/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: raw ? (body as string) : JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as T } as Answer<T>
  }
  const numbered = (reports: readonly unknown[], first: number) =>
    reports.map((report, i) => ({ seq: first + i, report }))
  return {
    ask,
    open: (more: object = {}) => ask<Opened>('PUT', `/runs/${under}`, { ...opening(), ...more }),
    deliver: (reports: readonly unknown[], first = 1, writer = 'rank-0') =>
      ask<Delivered & IngestRefusal>('POST', `/runs/${under}/reports`, { writer, reports: numbered(reports, first) }),
    commands: (wait = 0) => ask<Pick<Delivered, 'commands'>>('GET', `/runs/${under}/commands?wait=${wait}`),
  }
}

async function listening(options: { dataFolder?: string; silence?: number } = {}) {
  const host = new Host({ dataFolder: options.dataFolder ?? temporaryFolder(), command: 'test', ...options })
  onTestFinished(() => host.close())
  const token = tokenOf(host.dataFolder)
  const listener = await startTrainerListener({ host, token, port: 0 })
  onTestFinished(() => listener.close())
  const url = `http://127.0.0.1:${listener.port}`
  return { host, token, url, port: listener.port, listener, ...trainer(url, token) }
}

describe('who may report', () => {
  test('who has the token, from this machine, and no page of a browser', async () => {
    const { url, token, ask } = await listening()
    const attempt = async (headers: Record<string, string>) => {
      const response = await fetch(`${url}/ingest/v1/health`, { headers })
      return { status: response.status, body: (await response.json()) as IngestRefusal }
    }
    expect(await attempt({})).toMatchObject({ status: 401, body: { message: 'The token is missing.' } })
    expect(await attempt({ authorization: 'Bearer no' })).toMatchObject({
      status: 401,
      body: { message: 'The token is wrong.', hint: expect.stringContaining('listening.json') },
    })
    const right = { authorization: `Bearer ${token}` }
    expect(await attempt({ ...right, origin: url })).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining(url) },
    })
    expect((await ask('GET', '/health')).body).toMatchObject({ version: 1 })
    expect((await ask<{ openapi: string }>('GET', '/openapi.json')).body.openapi).toBe('3.1.0')
    expect((await ask('GET', '/nowhere')).status).toBe(404)
  })

  test('the folder says where it is listened, to its owner alone, while it is', async () => {
    const { host, url, token, listener } = await listening()
    const file = listeningFile(host.dataFolder)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ url, token, pid: process.pid, version: 1 })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    await listener.close()
    expect(existsSync(file)).toBe(false)
  })
})

describe('what is refused', () => {
  test('says what is wrong, and what to do', async () => {
    const { ask, open, deliver, commands } = await listening()
    expect(await deliver([step(1)])).toMatchObject({
      status: 404,
      body: { message: `No run was opened as "${key}".`, hint: expect.stringContaining('PUT') },
    })
    expect(await ask('PUT', '/runs/short', opening())).toMatchObject({ status: 400 })
    expect(await open({ title: '', seed: 0.5 })).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/title: .*seed: .*\(it is 0.5\)/) },
    })
    expect((await open()).status).toBe(200)
    expect(await deliver([step(2)], 2)).toMatchObject({ status: 409, body: { expected: 1 } })
    expect(await deliver([{ ...step(1), step: -1 }])).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/reports\.0\.report\.step: .*\(it is -1\)/) },
    })
    expect(await deliver(Array.from({ length: 1001 }, (_, i) => step(i)))).toMatchObject({
      status: 413,
      body: { code: 'too-large', message: expect.stringContaining('1000') },
    })
    expect(await commands(26)).toMatchObject({ status: 400 })
  })

  test('bodies that are too large, packed or not, and those that are no JSON', async () => {
    const { ask, open } = await listening()
    await open()
    const reports = `/runs/${key}/reports`
    const large = Buffer.alloc(ingestLimits.body + 1, ' ')
    expect(await ask('POST', reports, large)).toMatchObject({
      status: 413,
      body: { message: 'The body is larger than 16 MiB.' },
    })
    const gzip = { 'content-encoding': 'gzip' }
    expect(await ask('POST', reports, gzipSync(large), gzip)).toMatchObject({
      status: 413,
      body: { message: expect.stringContaining('when it is unpacked') },
    })
    expect(await ask('POST', reports, '{', gzip)).toMatchObject({ status: 400 })
    expect(await ask('POST', reports, '{')).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('not JSON') },
    })
    expect(await ask('POST', reports, '{}', { 'content-encoding': 'br' })).toMatchObject({
      status: 400,
      body: { message: 'The content encoding "br" is not known.' },
    })
    expect(await ask('POST', reports, '{}', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
    const one = gzipSync(JSON.stringify({ writer: 'a', reports: [{ seq: 1, report: step(1) }] }))
    expect(await ask('POST', reports, one, gzip)).toMatchObject({ status: 200, body: { seq: 1 } })
  })

  test('more than there is room for waits', async () => {
    const { url, token, open, deliver } = await listening()
    await open()
    const slow = Array.from({ length: ingestLimits.waiting / ingestLimits.body }, () => stalled(url, token))
    await expect.poll(async () => (await deliver([step(1)])).status).toBe(503)
    const { headers, body } = await deliver([step(1)])
    expect(headers.get('retry-after')).toBe('1')
    expect(body).toMatchObject({ retryAfter: 1, message: '64 MiB wait to be stored already, of 64 MiB that may.' })
    for (const request of slow) request.abort()
    await expect.poll(async () => (await deliver([step(1)])).status).toBe(200)
  })
})

/** A request whose body does not come. */
function stalled(url: string, token: string): AbortController {
  const stop = new AbortController()
  const body = new ReadableStream({ start: (to) => to.enqueue(new TextEncoder().encode('{')) })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  fetch(`${url}/ingest/v1/runs/${key}/reports`, {
    method: 'POST',
    headers,
    body,
    duplex: 'half',
    signal: stop.signal,
  } as RequestInit).catch(() => {})
  return stop
}

describe('a run', () => {
  test('is announced as it comes, beside others, and its repeats are not', async () => {
    const { host, url, token, open, deliver } = await listening()
    const watch = new Watch(host)
    const other = trainer(url, token, 'another-key')
    expect((await open()).body).toMatchObject({ number: 1, id: '0001-trl', lastStep: 0, writers: {} })
    expect((await other.open({ source: { engine: 'verl' } })).body).toMatchObject({ number: 2 })
    const reports = [group(1, 0, [1, 0]), step(1)]
    expect((await deliver(reports)).body).toEqual({ seq: 2, commands: [] })
    expect((await deliver(reports)).body).toEqual({ seq: 2, commands: [] })
    await other.deliver([step(1)])
    const runs = await host.ask.runs()
    expect(runs.map(({ number, status, step }) => ({ number, status, step }))).toEqual([
      { number: 2, status: 'running', step: 1 },
      { number: 1, status: 'running', step: 1 },
    ])
    await watch.for((e) => e.type === 'step' && e.runId === '0002-verl')
    expect(watch.events.filter((e) => e.type === 'step')).toHaveLength(2)
    expect((await open()).body).toMatchObject({ lastStep: 1, writers: { 'rank-0': 2 } })
    expect(host.active).toBeUndefined()
  })

  test('is interrupted after a silence, and runs on at the next sign of life', async () => {
    const { host, open, commands, deliver } = await listening({ silence: 200 })
    await open()
    await deliver([{ kind: 'status', step: 0, at: at(1), status: 'paused' }])
    const status = async () => (await host.ask.run('1')).status
    await expect.poll(status).toBe('interrupted')
    expect((await host.ask.run('1')).error).toMatchObject({ message: expect.stringContaining('Nothing was heard') })
    await commands()
    expect(await status()).toBe('paused')
    expect((await host.ask.run('1')).error).toBeNull()
  })

  test('is not gone on with here, and its checkpoints are words', async () => {
    const { host, open, deliver } = await listening()
    await open()
    await deliver([step(1), { kind: 'checkpoint', step: 1, at: at(1), path: '../../../etc', bytes: 7 }])
    expect(await host.ask.checkpoints('1')).toEqual([{ step: 1, at: at(1), folder: '../../../etc', bytes: 7 }])
    const sentence = /Run #1 cannot be \w+( \w+)? here: TRL trains it, and its checkpoints lie with TRL/
    await expect(host.resume('1')).rejects.toThrow(sentence)
    await expect(host.fork('1', 1)).rejects.toThrow(sentence)
    await expect(host.rollBack('1', 1)).rejects.toThrow(sentence)
    expect(host.recipeEdit('1')).toBeNull()
    expect(await host.ask.checkpointsByRun()).toEqual([])
  })
})

describe('steering', () => {
  test('is fetched at once, answered with its step, and shown', async () => {
    const { host, open, commands, deliver } = await listening()
    const watch = new Watch(host)
    await open()
    await deliver([step(1)])
    const waiting = commands(20)
    const began = Date.now()
    const asked = host.steer('1', { kind: 'set', changes: { temperature: 0.5 }, note: 'calmer' })
    expect(asked).toMatchObject({ effectiveStep: null, refused: null, requestedStep: 1 })
    const command = { id: asked.id, kind: 'set', changes: { temperature: 0.5 }, note: 'calmer' }
    expect((await waiting).body.commands).toMatchObject([command])
    expect(Date.now() - began).toBeLessThan(5000)
    expect((await deliver([step(2)], 2)).body.commands).toMatchObject([command])
    await deliver([{ kind: 'answer', command: asked.id, effectiveStep: 3, before: { temperature: 0.9 } }], 3)
    await watch.for((e) => e.type === 'steering' && e.event.effectiveStep === 3 && e.settings.temperature === 0.5)
    expect((await commands()).body.commands).toEqual([])
  })

  test('of what its trainer cannot turn is refused with the reason', async () => {
    const { host, open, deliver } = await listening()
    await open()
    const set = (changes: object) => () => host.steer('1', { kind: 'set', changes })
    expect(set({ groupSize: 8 })).toThrow('TRL cannot turn groupSize while it trains (TRL fixes it at the start).')
    expect(set({ temperature: 99 })).toThrow(/between 0\.?\d* and 5/)
    expect(set({ temperature: 0.9 })).toThrow('This changes nothing')
    expect(set({ 'rewardWeights.accuracy_reward': 2 })).not.toThrow()
    expect(() => host.steer('1', { kind: 'next-stage' })).toThrow(/which cannot be asked to next-stage/)
    expect(() => host.steer('1', { kind: 'step' })).toThrow(/It can|cannot be asked to step/)
    expect(() => host.steer('1', { kind: 'resume' })).toThrow('Run #1 is not paused')
    expect(host.steer('1', { kind: 'save' })).toMatchObject({ kind: 'save' })
    expect(() => host.steer('1', { kind: 'save' })).toThrow('was asked to save already')
    await deliver([{ kind: 'status', step: 0, at: at(1), status: 'finished' }])
    expect(() => host.steer('1', { kind: 'pause' })).toThrow('Run #1 has ended')
    expect((await host.ask.run('1')).pending).toEqual([])
  })
})

describe('over a WebSocket', () => {
  const connect = (port: number, token: string, path = `/ingest/v1/runs/${key}/socket`, headers = {}) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
    })
    onTestFinished(() => socket.terminate())
    const heard: Record<string, unknown>[] = []
    socket.on('message', (data) => heard.push(JSON.parse(String(data)) as Record<string, unknown>))
    return { socket, heard }
  }
  const refused = (port: number, token: string, path?: string, headers?: object) =>
    new Promise<number | undefined>((resolve) => {
      const { socket } = connect(port, token, path, headers)
      socket.on('error', () => {})
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode))
    })

  test('the same is delivered, refused and asked', async () => {
    const { host, port, token, open } = await listening()
    expect(await refused(port, token)).toBe(404)
    await open()
    expect(await refused(port, 'wrong')).toBe(401)
    expect(await refused(port, token, undefined, { origin: 'http://127.0.0.1' })).toBe(403)
    expect(await refused(port, token, '/ingest/v1/elsewhere')).toBe(404)
    const { socket, heard } = connect(port, token)
    await new Promise((resolve) => socket.once('open', resolve))
    const send = (reports: readonly unknown[], first: number) =>
      socket.send(JSON.stringify({ writer: 'w', reports: reports.map((report, i) => ({ seq: first + i, report })) }))
    send([step(1)], 1)
    send([step(3)], 3)
    socket.send('{')
    await expect.poll(() => heard).toHaveLength(3)
    expect(heard).toMatchObject([
      { delivered: { seq: 1 } },
      { refused: { expected: 2 } },
      { refused: { message: expect.stringContaining('not JSON') } },
    ])
    const { id } = host.steer('1', { kind: 'pause' })
    await expect.poll(() => heard[3]).toMatchObject({ commands: [{ id, kind: 'pause' }] })
  })
})

const app = fileURLToPath(new URL('./support/listening-app.ts', import.meta.url))

async function startApp(dataFolder: string) {
  const child = spawn(process.execPath, [app, dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const [said] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  return {
    port: Number(/port (\d+)/.exec(said)?.[1]),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

test('whenever the app is killed, the run is whole once all was delivered again', async () => {
  const dataFolder = temporaryFolder()
  const steps = 60
  const reports = Array.from({ length: steps }, (_, i) => [
    group(i + 1, 0, [1, 0]),
    group(i + 1, 1, [i, i]),
    step(i + 1),
  ]).flat()
  let sent = 0
  const kills = [7, 31]
  for (let start = 0; sent < reports.length; start++) {
    const app = await startApp(dataFolder)
    const { open, deliver } = trainer(`http://127.0.0.1:${app.port}`, tokenOf(dataFolder))
    const { writers } = (await open()).body
    expect(writers['rank-0'] ?? 0).toBeGreaterThanOrEqual(sent)
    const until = kills[start] ?? Number.POSITIVE_INFINITY
    for (let round = 0; sent < reports.length; round++) {
      const answer = deliver(reports.slice(sent, sent + 5), sent + 1)
      if (round === until) {
        const dying = app.kill()
        // it may have been stored, and never been confirmed
        await answer.then(({ body }) => (sent = body.seq)).catch(() => {})
        await dying
        break
      }
      sent = (await answer).body.seq
    }
    if (sent === reports.length) await app.kill()
  }
  const host = new Host({ dataFolder, command: 'test' })
  onTestFinished(() => host.close())
  const { series, steps: stored } = await host.ask.metrics('1', undefined, 0)
  expect(stored).toEqual(Array.from({ length: steps }, (_, i) => i + 1))
  expect(series.reward).toEqual(stored.map((one) => one / 10))
  expect(await host.ask.groupPlaces('1', 0, steps)).toHaveLength(2 * steps)
  expect((await host.ask.run('1')).status).toBe('interrupted')
})
