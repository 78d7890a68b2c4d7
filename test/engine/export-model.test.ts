/** Exported models: what is read back is what the checkpoint computes; what cannot be written says why, and leaves nothing behind. */
import fs, { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { StudioError } from '../../src-main/contract/errors.ts'
import { type ExportRequest, exportModel } from '../../src-main/engine/export-model.ts'
import { batchOf, nextTokenLogits } from '../../src-main/engine/model/batch.ts'
import { writeCheckpoint } from '../../src-main/engine/model/checkpoint.ts'
import { loadPolicy, type Policy } from '../../src-main/engine/model/policy.ts'
import { freshState } from '../../src-main/engine/start.ts'
import { openBackend } from '../../src-main/engine/tensor/index.ts'
import { tf } from '../../src-main/engine/tensor/tf.ts'
import { bestBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'
import { smallRecipe, temporaryFolder } from './support/run.ts'

const fixtures = join(import.meta.dirname, '../fixtures/reference')
const embedded = join(import.meta.dirname, '../../resources/model')
const lora = { rank: 2, alpha: 4 }

beforeAll(async () => void (await openBackend(bestBackend)))

/** A reference model with the embedded model's tokenizer; changed in its configuration or tokenizer. */
function model(name: string, change: (files: Record<string, Record<string, unknown>>) => void = () => {}): string {
  const folder = join(temporaryFolder(), name)
  mkdirSync(folder)
  copyFileSync(join(fixtures, name, 'model.safetensors'), join(folder, 'model.safetensors'))
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  const files = {
    'config.json': read(join(fixtures, name, 'config.json')),
    'tokenizer.json': read(join(embedded, 'tokenizer.json')),
    'tokenizer_config.json': read(join(embedded, 'tokenizer_config.json')),
  }
  change(files)
  for (const [file, json] of Object.entries(files)) writeFileSync(join(folder, file), JSON.stringify(json))
  return folder
}

/** The checkpoint of a run's beginning; its adapters, where it has any, do something. */
async function checkpointOf(base: string, adapted: boolean): Promise<string> {
  const state = freshState(smallRecipe({ model: base, ...(adapted && { lora }) }))
  let seed = 0
  for (const [name, t] of state.policy.adapters?.tensors ?? [])
    if (name.includes('lora_B'))
      state.policy.adapters!.tensors.set(name, tf.randomNormal(t.shape, 0, 0.1, 'float32', ++seed))
  const folder = join(temporaryFolder(), 'step-000000')
  await writeCheckpoint(folder, state)
  return folder
}

async function exported(checkpoint: string, more: Partial<ExportRequest>): Promise<string> {
  const out = join(temporaryFolder(), 'out')
  const request = {
    checkpoint,
    out,
    format: 'hf',
    type: 'f32',
    dtype: 'f32',
    name: 'test',
    backend: bestBackend,
  } as const
  const files = await exportModel({ ...request, ...more })
  const at = more.out ?? out
  expect(files.map(({ file }) => file)).toEqual(
    readdirSync(at)
      .sort()
      .map((file) => join(at, file)),
  )
  for (const { file, bytes } of files) expect(readFileSync(file).length).toBe(bytes)
  return at
}

function logitsOf(policy: Policy): number[] {
  const batch = batchOf([{ promptIds: [3, 5, 9], ids: [7, 13, 4, 11] }])
  return tf.tidy(() => [...nextTokenLogits(policy, batch).dataSync()])
}

async function refusal(work: Promise<unknown>): Promise<StudioError> {
  const error: unknown = await work.then(
    () => new Error('nothing was thrown'),
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(StudioError)
  expect((error as StudioError).hint).not.toBe('')
  return error as StudioError
}

describe('an exported model', () => {
  it.each(['tiny_llama', 'tiny_llama_rope3', 'tiny_qwen2', 'tiny_qwen3'])(
    'computes what the checkpoint of %s with adapters does, as a folder, as adapters and as GGUF',
    async (name) => {
      const base = model(name, ({ 'config.json': config }) => {
        // GGUF says of Llama 3's scaling only what all Llama 3 models have in common: the reader checks that
        const rope = config.rope_parameters as Record<string, unknown>
        if (rope.rope_type === 'llama3')
          Object.assign(rope, { rope_theta: 1e6, original_max_position_embeddings: 8192 })
      })
      const checkpoint = await checkpointOf(base, true)
      const expected = logitsOf(loadPolicy(checkpoint))
      expect(expected).not.toEqual(logitsOf(loadPolicy(base)))
      for (const format of ['hf', 'peft', 'gguf'] as const) {
        const policy = loadPolicy(await exported(checkpoint, { format }))
        expect(policy.adapters !== undefined).toBe(format === 'peft')
        expectClose(`logits of an export as ${format}`, name, logitsOf(policy), expected)
        expect(policy.tokenizer.encode('<think>12+3=wait15</think>')).toEqual(
          loadPolicy(base).tokenizer.encode('<think>12+3=wait15</think>'),
        )
        expect(policy.config.eosIds).toEqual(loadPolicy(base).config.eosIds)
      }
    },
  )

  it('of a run that trained all weights has those weights, to the bit in 32 bits', async () => {
    const checkpoint = await checkpointOf(model('tiny_qwen3'), false)
    const expected = logitsOf(loadPolicy(checkpoint))
    expect(logitsOf(loadPolicy(await exported(checkpoint, { format: 'hf' })))).toEqual(expected)
    expect(logitsOf(loadPolicy(await exported(checkpoint, { format: 'gguf' })))).toEqual(expected)
  })

  it.each([
    ['hf', { dtype: 'bf16' }, 'bfloat16', 2 ** -5],
    ['hf', { dtype: 'f16' }, 'float16', 2 ** -8],
    ['gguf', { type: 'f16' }, undefined, 2 ** -8],
    ['gguf', { type: 'q8_0' }, undefined, 2 ** -4],
  ] as const)('as %s with %o is smaller and differs by its rounding alone', async (format, kind, dtype, bound) => {
    const checkpoint = await checkpointOf(model('tiny_llama'), true)
    const expected = logitsOf(loadPolicy(checkpoint))
    const out = await exported(checkpoint, { format, ...kind })
    const found = logitsOf(loadPolicy(out))
    const error = Math.max(...found.map((x, i) => Math.abs(x - expected[i]))) / Math.max(...expected.map(Math.abs))
    expect(error).toBeGreaterThan(1e-6)
    expect(error).toBeLessThan(bound)
    if (dtype) expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toMatchObject({ dtype })
  })

  it('goes into a folder that is there and empty, and a left-over of an export that was cut off is no hindrance', async () => {
    const out = join(temporaryFolder(), 'out')
    mkdirSync(out)
    mkdirSync(`${out}.partial`)
    writeFileSync(join(`${out}.partial`, 'left-over'), '')
    await exported(await checkpointOf(model('tiny_llama'), true), { out })
    expect(readdirSync(out)).not.toContain('left-over')
    expect(existsSync(`${out}.partial`)).toBe(false)
  })
})

describe('an export is refused', () => {
  it('into a folder that is not empty, or a file, which stay as they are', async () => {
    const checkpoint = await checkpointOf(model('tiny_llama'), false)
    const out = temporaryFolder()
    writeFileSync(join(out, 'mine'), 'precious')
    expect((await refusal(exported(checkpoint, { out }))).message).toBe(`${out} is not empty.`)
    expect((await refusal(exported(checkpoint, { out: join(out, 'mine') }))).message).toContain('mine is a file.')
    expect(readFileSync(join(out, 'mine'), 'utf8')).toBe('precious')
    const below = join(out, 'mine', 'deeper')
    expect((await refusal(exported(checkpoint, { out: below }))).message).toMatch(
      /could not be written to .*deeper: ENOTDIR/,
    )
  })

  it('as adapters when there are none', async () => {
    const error = await refusal(exported(await checkpointOf(model('tiny_llama'), false), { format: 'peft' }))
    expect(error.message).toContain('there are no adapters')
    expect(error.hint).toContain('--format hf')
  })

  it('on a full disk, and nothing half-written is left', async () => {
    const checkpoint = await checkpointOf(model('tiny_llama'), false)
    const out = join(temporaryFolder(), 'out')
    for (const format of ['hf', 'gguf'] as const) {
      const { writeSync } = fs
      const restore = () => {
        fs.writeSync = writeSync
        syncBuiltinESMExports()
      }
      onTestFinished(restore)
      fs.writeSync = (() => {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      }) as typeof fs.writeSync
      syncBuiltinESMExports()
      const error = await refusal(exported(checkpoint, { out, format }))
      restore()
      expect(error).toMatchObject({
        code: 'disk-full',
        message: `The disk is full: the model could not be written to ${out}.`,
      })
      expect(existsSync(out) || existsSync(`${out}.partial`)).toBe(false)
    }
  })

  it('in 16 bits when a weight is beyond them, naming it', async () => {
    const state = freshState(smallRecipe({ model: model('tiny_llama') }))
    const name = 'model.layers.0.mlp.up_proj.weight'
    state.policy.weights.set(name, tf.fill(state.policy.weights.get(name)!.shape, 70_000))
    const checkpoint = join(temporaryFolder(), 'step-000000')
    await writeCheckpoint(checkpoint, state)
    expect((await refusal(exported(checkpoint, { dtype: 'f16' }))).message).toBe(
      `Tensor "${name}" holds 70000, which F16 cannot hold.`,
    )
    expect((await refusal(exported(checkpoint, { format: 'gguf', type: 'f16' }))).message).toBe(
      'Tensor "blk.0.ffn_up.weight" holds 70000, which F16 cannot hold.',
    )
    expect(logitsOf(loadPolicy(await exported(checkpoint, { dtype: 'bf16' }))).every(Number.isFinite)).toBe(true)
  })

  it.each<[string, Parameters<typeof model>[1], RegExp]>([
    [
      'a tokenizer that GGUF has no name for',
      ({ 'tokenizer.json': json }) => {
        json.pre_tokenizer = { type: 'Split', pattern: { Regex: '.' }, behavior: 'Isolated', invert: false }
      },
      /tokenizer is of the type "WordPiece", so a GGUF file cannot hold it whole/,
    ],
    [
      'BPE without bytes',
      ({ 'tokenizer.json': json }) => {
        json.model = { ...(json.model as object), type: 'BPE', merges: [] }
      },
      /tokenizer splits text in a way that has no name there/,
    ],
    [
      'Llama 3’s scaling on another family',
      ({ 'config.json': json }) => {
        json.rope_parameters = {
          rope_theta: 10000,
          rope_type: 'llama3',
          factor: 8,
          low_freq_factor: 1,
          high_freq_factor: 4,
          original_max_position_embeddings: 16,
        }
      },
      /qwen2 model with Llama 3’s rotary scaling cannot be written as GGUF/,
    ],
  ])('as GGUF with %s; as a folder it can be had', async (_, change, message) => {
    const checkpoint = await checkpointOf(model('tiny_qwen2', change), false)
    const error = await refusal(exported(checkpoint, { format: 'gguf' }))
    expect(error.message).toMatch(message)
    expect(error.hint).toContain('--format hf')
    expect(logitsOf(loadPolicy(await exported(checkpoint, { format: 'hf' })))).toEqual(logitsOf(loadPolicy(checkpoint)))
  })
})
