/** Browser mode over real sockets. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import type { contract, HostEvent } from '../../src-main/contract/api.ts'
import { makeApi } from '../../src-main/host/api.ts'
import type { Host } from '../../src-main/host/host.ts'
import { defaultPort } from '../../src-main/host/port.ts'
import { type RunningServer, startServer, tokenOf } from '../../src-main/host/server.ts'
import { openHost, scripted, tinyRecipe } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

const token = 'a-token-for-tests'

function window(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>the window</title>')
  writeFileSync(join(folder, 'assets', 'index.js'), 'export {}')
  return folder
}

async function serve(host: Host, port: number | undefined = 0): Promise<RunningServer> {
  const info = { version: '1.2.3', mode: 'browser', launched: null } as const
  const diagnose = () => Promise.reject(new Error('not asked for here'))
  const server = await startServer({ api: makeApi({ host, info, diagnose }), host, token, port, window: window() })
  onTestFinished(() => server.close())
  return server
}

const socketAddress = (server: RunningServer, with_ = `?token=${token}`) => `ws://127.0.0.1:${server.port}/rpc${with_}`

function connect(server: RunningServer) {
  const socket = new WebSocket(socketAddress(server))
  onTestFinished(() => socket.terminate())
  const client: ContractRouterClient<typeof contract> = createORPCClient(new RPCLink({ websocket: socket as never }))
  return { client, socket }
}

/** The status with which a socket is refused, 101 if it is not. */
function attempt(address: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, { headers })
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
    socket.on('error', reject)
  })
}

async function occupy(port: number): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  onTestFinished(() => void server.close())
  return server
}

describe('who may come in', () => {
  test('the page is served to loopback, with headers that let it run nothing but itself', async () => {
    const server = await serve(openHost())
    expect(server.address).toBe(`http://127.0.0.1:${server.port}/?token=${token}`)
    const response = await fetch(server.address)
    expect(await response.text()).toContain('the window')
    const policy = response.headers.get('content-security-policy')!
    expect(policy).toContain(`default-src 'none'`)
    expect(policy).toContain(`script-src 'self';`)
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${server.port};`)
    expect(policy).toContain(`frame-ancestors 'none'`)
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await fetch(`http://127.0.0.1:${server.port}/assets/index.js`)).status).toBe(200)
    expect((await fetch(`http://127.0.0.1:${server.port}/../package.json`)).status).toBe(404)
    expect((await fetch(`http://127.0.0.1:${server.port}/%2e%2e/%2e%2e/etc/passwd`)).status).not.toBe(200)
  })

  test('a page under another name is refused: DNS rebinding', async () => {
    const server = await serve(openHost())
    const { request } = await import('node:http')
    const status = await new Promise<number | undefined>((resolve) => {
      request({ port: server.port, host: '127.0.0.1', headers: { host: 'evil.example' } }, (r) =>
        resolve(r.statusCode),
      ).end()
    })
    expect(status).toBe(403)
    expect(await attempt(socketAddress(server), { host: 'evil.example' })).toBe(403)
  })

  test('a socket needs the token and its own page’s origin; another forwarded port will do', async () => {
    const server = await serve(openHost())
    const own = `http://127.0.0.1:${server.port}`
    expect(await attempt(socketAddress(server), { origin: own })).toBe(101)
    expect(await attempt(socketAddress(server), { host: 'localhost:9000', origin: 'http://localhost:9000' })).toBe(101)
    expect(await attempt(socketAddress(server))).toBe(101)
    expect(await attempt(socketAddress(server, ''))).toBe(401)
    expect(await attempt(socketAddress(server, '?token=a-token-for-test'))).toBe(401)
    expect(await attempt(socketAddress(server, '?token=A-token-for-tests'))).toBe(401)
    expect(await attempt(socketAddress(server), { origin: 'https://evil.example' })).toBe(403)
    expect(await attempt(socketAddress(server), { origin: 'null' })).toBe(403)
    expect(await attempt(`ws://127.0.0.1:${server.port}/other?token=${token}`, { origin: own })).toBe(404)
  })

  test('the token of a data folder stays, and is for its owner’s eyes only', () => {
    const folder = temporaryFolder()
    const first = tokenOf(folder)
    expect(first).toMatch(/^[\w-]{43}$/)
    expect(tokenOf(folder)).toBe(first)
    expect(tokenOf(temporaryFolder())).not.toBe(first)
    expect(statSync(join(folder, 'token')).mode & 0o777).toBe(0o600)
    writeFileSync(join(folder, 'token'), 'short')
    expect(tokenOf(folder)).toMatch(/^[\w-]{43}$/)
    expect(readFileSync(join(folder, 'token'), 'utf8').trim()).toBe(tokenOf(folder))
  })
})

describe('the port', () => {
  test('in use is named, with the way out', async () => {
    const taken = await serve(openHost())
    await expect(serve(openHost(), taken.port)).rejects.toMatchObject({
      code: 'port-in-use',
      message: `Port ${taken.port} is in use on 127.0.0.1.`,
      hint: expect.stringContaining('--port'),
    })
  })

  test('is the next free one when none was asked for', async () => {
    await occupy(defaultPort).catch(() => {})
    const server = await serve(openHost(), undefined)
    expect(server.port).toBeGreaterThan(defaultPort)
    expect((await fetch(server.address)).status).toBe(200)
  })

  test('a window that was not built is said', async () => {
    const host = openHost()
    const api = makeApi({ host, info: {} as never, diagnose: () => Promise.reject() })
    const window = temporaryFolder()
    await expect(startServer({ api, host, token, port: 0, window })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(window),
    })
  })
})

describe('the contract over a socket', () => {
  test('launches, watches, steers and reads a run of the real engine', async () => {
    const host = openHost()
    const { client } = connect(await serve(host))
    expect(await client.app.info()).toMatchObject({
      version: '1.2.3',
      mode: 'browser',
      dataFolder: host.dataFolder,
      notices: [],
    })
    expect((await client.recipes.list()).map((recipe) => recipe.name)).toContain('r1-zero-mini')
    const events = await client.live.subscribe()
    const run = await client.runs.launch({ recipe: tinyRecipe(), assignments: ['seed=5'] })
    expect(run).toMatchObject({ status: 'starting', seed: 5 })
    const seen: HostEvent[] = []
    for await (const event of events) {
      seen.push(event)
      if (event.type === 'step' && event.step.step === 2) {
        // What is announced is stored: it can be read at once.
        expect(await client.groups.ofStep({ runId: run.id, step: 2 })).toEqual(event.step.groups)
        await client.runs.steer({ runId: run.id, kind: 'set', changes: { beta: 0.05 } })
      }
      if (event.type === 'run' && event.run.status === 'finished') break
    }
    expect(seen.filter((e) => e.type === 'step')).toHaveLength(12)
    const { series, steps } = await client.runs.metrics({ runId: run.id })
    expect(steps).toHaveLength(12)
    expect(series.reward).toHaveLength(12)
    expect((await client.runs.metrics({ runId: run.id, names: ['kl'], afterStep: 10 })).series).toEqual({
      kl: series.kl.slice(10),
    })
    expect((await client.runs.get({ runId: run.id })).settings.beta).toBe(0.05)
    expect(await client.runs.events({ runId: run.id })).toMatchObject([{ kind: 'set', before: { beta: 0.001 } }])
    expect((await client.runs.evaluations({ runId: run.id })).map((e) => e.step)).toEqual([0, 7, 12])
    expect((await client.runs.checkpoints({ runId: run.id })).map((c) => c.step)).toEqual([6, 9, 12])
    const group = await client.groups.get({ runId: run.id, step: 1, group: 1 })
    expect(group.completions).toHaveLength(4)
    const history = await client.groups.promptHistory({ runId: run.id, prompt: group.prompt })
    expect(history[0]).toMatchObject({ source: 'train', step: 1, group: 1 })
    expect(await client.groups.evaluationSamples({ runId: run.id, step: 0, limit: 3 })).toHaveLength(3)
    expect((await client.runs.list()).map((r) => r.status)).toEqual(['finished'])
  })

  test('errors cross with code, sentence and way out', async () => {
    const { client } = connect(await serve(openHost({ startEngine: scripted({ ending: 'stay' }) })))
    const failure = (call: Promise<unknown>) =>
      call.then(
        () => 'no error',
        (error: { data: unknown }) => error.data,
      )
    expect(await failure(client.runs.get({ runId: '77' }))).toEqual({
      code: 'not-found',
      message: 'There is no run "77".',
      hint: 'grpo-studio runs lists them all.',
    })
    expect(await failure(client.runs.get({ runId: '' }))).toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('runId'),
    })
    expect(await failure(client.runs.launch({ recipe: 'nope' }))).toMatchObject({ code: 'bad-recipe' })
    expect(await failure(client.runs.launch({ recipe: tinyRecipe({ colour: 1 }) }))).toMatchObject({
      code: 'bad-recipe',
      message: expect.stringContaining('colour'),
    })
    expect(await failure(client.app.diagnose())).toMatchObject({ code: 'internal', message: 'not asked for here' })
    const run = await client.runs.launch({ recipe: tinyRecipe() })
    expect(await failure(client.runs.launch({ recipe: tinyRecipe() }))).toMatchObject({ code: 'busy' })
    expect(
      await failure(client.runs.steer({ runId: run.id, kind: 'set', changes: { temperature: 99 } })),
    ).toMatchObject({
      code: 'bad-setting',
      message: 'temperature must be between 0.05 and 5, not 99.',
    })
  })

  test('an engine’s own refusal is announced and recorded', async () => {
    const host = openHost({ startEngine: scripted({ ending: 'stay' }) })
    const { client } = connect(await serve(host))
    const events = await client.live.subscribe()
    const run = await client.runs.launch({ recipe: tinyRecipe() })
    const asked = await client.runs.steer({ runId: run.id, kind: 'set', changes: { temperature: 4 } })
    for await (const event of events) {
      if (event.type !== 'steering' || event.event.refused === null) continue
      expect(event.event).toMatchObject({ id: asked.id, effectiveStep: null, refused: 'Not at this temperature.' })
      break
    }
    expect(await client.runs.events({ runId: run.id })).toMatchObject([{ refused: 'Not at this temperature.' }])
  })

  test('a window that does not read holds up neither the run nor other windows', async () => {
    const host = openHost({ startEngine: scripted({ steps: 60, textLength: 20_000 }) })
    const server = await serve(host)
    const slow = connect(server)
    await slow.client.live.subscribe()
    // What comes to it stays in the network from here on.
    ;(slow.socket as unknown as { _socket: { pause(): void } })._socket.pause()
    const { client } = connect(server)
    const events = await client.live.subscribe()
    await client.runs.launch({ recipe: tinyRecipe() })
    let steps = 0
    for await (const event of events) {
      if (event.type === 'step') steps++
      if (event.type === 'run' && event.run.status === 'finished') break
    }
    expect(steps).toBe(60)
  })

  test('a closed window is forgotten', async () => {
    const host = openHost({ startEngine: scripted({ ending: 'stay' }) })
    const server = await serve(host)
    const { client, socket } = connect(server)
    const events = await client.live.subscribe()
    const run = await client.runs.launch({ recipe: tinyRecipe() })
    expect((await events.next()).value).toMatchObject({ type: 'run', run: { id: run.id } })
    expect(host.watchers).toBe(1)
    socket.close()
    await expect.poll(() => host.watchers).toBe(0)
  })
})
