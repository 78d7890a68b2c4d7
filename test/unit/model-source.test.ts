/** Hugging Face folders, good and bad. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StudioError } from '../../src-main/contract/errors.ts'
import { readSafetensors, type TensorData, writeSafetensors } from '../../src-main/engine/model/safetensors.ts'
import { openModel } from '../../src-main/engine/model/source.ts'

const fixtures = join(import.meta.dirname, '../fixtures')
let folder: string

/** tiny_llama with the tokenizer of the tiny policy: a whole model. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-'))
  for (const file of ['config.json', 'model.safetensors'])
    copyFileSync(join(fixtures, 'reference/tiny_llama', file), join(folder, file))
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(join(fixtures, 'tiny-policy', file), join(folder, file))
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = (file: string) => join(folder, file)
const put = (file: string, content: unknown) =>
  writeFileSync(at(file), typeof content === 'string' ? content : JSON.stringify(content))
const weights = () => readSafetensors(join(fixtures, 'reference/tiny_llama/model.safetensors'))

function refusal(): StudioError {
  try {
    openModel(folder).tensors.close()
  } catch (error) {
    expect(error).toBeInstanceOf(StudioError)
    expect((error as StudioError).hint).not.toBe('')
    return error as StudioError
  }
  throw new Error('nothing was thrown')
}

/** The weights in two files with their index. */
function shard(): Record<string, string> {
  const all = [...weights()]
  const halves = [all.slice(0, 5), all.slice(5)]
  const map: Record<string, string> = {}
  halves.forEach((half, i) => {
    const file = `model-0000${i + 1}-of-00002.safetensors`
    writeSafetensors(at(file), new Map(half))
    for (const [name] of half) map[name] = file
  })
  rmSync(at('model.safetensors'))
  put('model.safetensors.index.json', { metadata: { total_size: 1 }, weight_map: map })
  return map
}

describe('weights', () => {
  const expectAll = (expected: Map<string, TensorData>) => {
    const { tensors } = openModel(folder)
    expect([...tensors.shapes.keys()].sort()).toEqual([...expected.keys()].sort())
    for (const [name, { shape, data }] of expected) {
      expect(tensors.shapes.get(name)).toEqual(shape)
      expect(tensors.read(name)).toEqual(data)
    }
    tensors.close()
  }

  it('come from one file', () => expectAll(weights()))

  it('come from several with an index', () => {
    shard()
    expectAll(weights())
  })

  it.each<[string, (map: Record<string, string>) => unknown, string]>([
    [
      'a file elsewhere',
      (map) => ({ weight_map: { ...map, x: '../../secret.safetensors' } }),
      '"../../secret.safetensors"',
    ],
    ['an absolute path', (map) => ({ weight_map: { ...map, x: '/etc/passwd' } }), '"/etc/passwd"'],
    [
      'a Windows path',
      (map) => ({ weight_map: { ...map, x: 'C:\\x.safetensors' } }),
      'which is no safetensors file beside it',
    ],
    [
      'a pickle',
      (map) => ({ weight_map: { ...map, x: 'pytorch_model.bin' } }),
      'which is no safetensors file beside it',
    ],
    ['a number for a file', (map) => ({ weight_map: { ...map, x: 3 } }), 'places tensor "x" in 3'],
    [
      'a tensor that is not there',
      (map) => ({ weight_map: { ...map, x: Object.values(map)[0] } }),
      'which does not have it',
    ],
    [
      'a missing file',
      (map) => ({ weight_map: { ...map, x: 'model-3.safetensors' } }),
      'model-3.safetensors cannot be read',
    ],
    ['no map', () => ({}), 'has no weight_map'],
    ['a list for a map', () => ({ weight_map: [] }), 'has no weight_map'],
  ])('an index with %s is refused', (_, change, message) => {
    put('model.safetensors.index.json', change(shard()))
    expect(refusal()).toMatchObject({ code: 'bad-model', message: expect.stringContaining(message) })
  })

  it('in a pickle file are refused, with the way out', () => {
    rmSync(at('model.safetensors'))
    put('pytorch_model.bin', 'PK')
    const { message, hint } = refusal()
    expect(message).toBe(
      `${at('pytorch_model.bin')} is a pickle file, and reading one can run any program in it: it is not opened.`,
    )
    expect(hint).toContain('save_pretrained')
  })

  it('that are missing are named', () => {
    rmSync(at('model.safetensors'))
    expect(refusal().message).toContain(`${at('model.safetensors')} cannot be read`)
  })

  it('that are a folder are refused', () => {
    rmSync(at('model.safetensors'))
    mkdirSync(at('model.safetensors'))
    expect(refusal().message).toBe(`${at('model.safetensors')} is no file.`)
  })
})

describe('a folder', () => {
  it('of another vocabulary than its tokenizer is refused', () => {
    const config = { ...openModel(folder).companions }
    expect(config).toBeDefined()
    const tokens = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`t${i}`, i]))
    put('tokenizer.json', {
      ...JSON.parse(Buffer.from(openModel(folder).companions.get('tokenizer.json')!).toString()),
      model: { type: 'WordPiece', unk_token: 't0', vocab: { ...tokens, '<eos>': 500 } },
    })
    expect(refusal().message).toMatch(/has 5\d\d tokens, the model \d+\./)
  })

  it('with two GGUF files asks which; with none, says what a model is', () => {
    rmSync(at('config.json'))
    expect(refusal().message).toBe(`${folder} is not a model folder: it has no config.json.`)
    put('a.gguf', 'x')
    expect(refusal().message).toBe(`${at('a.gguf')} is no GGUF file.`)
    put('b.gguf', 'x')
    expect(refusal()).toMatchObject({
      message: `${folder} has 2 GGUF files.`,
      hint: 'Name the one that is meant: a.gguf, b.gguf.',
    })
  })

  it('that is missing is refused', () => {
    rmSync(folder, { recursive: true })
    expect(refusal().message).toContain('is not a model folder')
    mkdirSync(folder)
  })
})

describe('end tokens', () => {
  const own = () => {
    const { config, tensors } = openModel(folder)
    tensors.close()
    return config.eosIds
  }

  it('are those of config.json, of generation_config.json and of the tokenizer together', () => {
    const before = own()
    expect(new Set(before).size).toBe(before.length)
    put('generation_config.json', { eos_token_id: [7, before[0], 9] })
    expect(own()).toEqual([...new Set([...before.slice(0, 1), 7, 9, ...before])])
    put('generation_config.json', { eos_token_id: 7 })
    expect(own()).toContain(7)
    put('generation_config.json', {})
    expect(own()).toEqual(before)
  })

  it.each([-1, 1e9, 'x', null])('%j in generation_config.json', (id) => {
    put('generation_config.json', { eos_token_id: [id] })
    expect(refusal().message).toContain(`not ${JSON.stringify(id)}`)
  })
})
