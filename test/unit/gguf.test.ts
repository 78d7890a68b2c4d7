import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StudioError } from '../../src-main/contract/errors.ts'
import { blockTypes } from '../../src-main/engine/model/gguf/dequantise.ts'
import { openGguf } from '../../src-main/engine/model/gguf/model.ts'
import { readSafetensors } from '../../src-main/engine/model/safetensors.ts'
import { openModel } from '../../src-main/engine/model/source.ts'
import { ggufFile, type MetadataValue, type TensorInfo, u64 } from '../support/gguf-file.ts'

const fixtures = join(import.meta.dirname, '../fixtures')
let folder: string
let path: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gguf-'))
  path = join(folder, 'model.gguf')
})
afterAll(() => rmSync(folder, { recursive: true }))

const own = (base64: string) => {
  const bytes = Buffer.from(base64, 'base64')
  return Buffer.from(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

describe('formats', () => {
  const blocks: Record<string, { bytes: string; values: string }> = JSON.parse(
    readFileSync(join(fixtures, 'gguf/blocks.json'), 'utf8'),
  )
  it('are those of the fixture', () => expect(blockTypes.map((t) => t.name).sort()).toEqual(Object.keys(blocks).sort()))
  it.each(blockTypes.map((t) => [t.name, t] as const))(
    '%s is read as the gguf package reads it, to the bit',
    (name, type) => {
      const bytes = own(blocks[name].bytes)
      const values = new Float32Array(own(blocks[name].values).buffer)
      expect(values.length).toBe((bytes.length / type.bytes) * type.elements)
      expect(type.widen(bytes)).toEqual(values)
    },
  )
})

/** A reference model as llama.cpp's converter would write it, in 32-bit floats. */
function ggufOf(
  name: string,
  change: { metadata?: Record<string, MetadataValue | undefined>; tensors?: TensorInfo[]; drop?: string } = {},
) {
  const config = JSON.parse(readFileSync(join(fixtures, 'reference', name, 'config.json'), 'utf8'))
  const weights = readSafetensors(join(fixtures, 'reference', name, 'model.safetensors'))
  const arch: string = config.model_type
  const heads: Record<string, number> = { q_proj: config.num_attention_heads, k_proj: config.num_key_value_heads }
  const tensors = [...weights].map(([hf, { shape, data }]): TensorInfo => {
    const part = /self_attn\.([qk]_proj)\.weight/.exec(hf)?.[1]
    const rows = part && arch === 'llama' ? permuted(data, heads[part], shape[0] / heads[part], shape[1]) : data
    return { name: ggufName(hf), shape, type: 0, bytes: new Uint8Array(rows.slice().buffer) }
  })
  const tokens = [
    '<eos>',
    '<bos>',
    ...Array.from({ length: config.vocab_size - 2 }, (_, i) => String.fromCharCode(33 + i)),
  ]
  const metadata: Record<string, MetadataValue | undefined> = {
    'general.architecture': arch,
    [`${arch}.block_count`]: config.num_hidden_layers,
    [`${arch}.context_length`]: config.max_position_embeddings,
    [`${arch}.embedding_length`]: config.hidden_size,
    [`${arch}.feed_forward_length`]: config.intermediate_size,
    [`${arch}.attention.head_count`]: config.num_attention_heads,
    [`${arch}.attention.head_count_kv`]: config.num_key_value_heads,
    [`${arch}.attention.key_length`]: config.head_dim ?? config.hidden_size / config.num_attention_heads,
    [`${arch}.attention.layer_norm_rms_epsilon`]: config.rms_norm_eps,
    [`${arch}.rope.freq_base`]: config.rope_theta ?? config.rope_parameters?.rope_theta,
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'smollm',
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': tokens.map((_, i) => (i < 2 ? 3 : 1)),
    'tokenizer.ggml.merges': [],
    'tokenizer.ggml.eos_token_id': 0,
    'tokenizer.ggml.bos_token_id': 1,
    ...change.metadata,
  }
  const kept = Object.fromEntries(Object.entries(metadata).filter(([, v]) => v !== undefined)) as Record<
    string,
    MetadataValue
  >
  return {
    metadata: kept,
    tensors: [...tensors.filter((t) => t.name !== change.drop), ...(change.tensors ?? [])],
    weights,
    config,
  }
}

/** convert_hf_to_gguf's LlamaModel.permute: [heads, 2, headDim / 2, in] with the middle two exchanged. */
function permuted(data: Float32Array, heads: number, headDim: number, columns: number): Float32Array {
  const out: number[] = []
  for (let head = 0; head < heads; head++)
    for (let i = 0; i < headDim / 2; i++)
      for (let half = 0; half < 2; half++)
        for (let c = 0; c < columns; c++) out.push(data[(head * headDim + half * (headDim / 2) + i) * columns + c])
  return Float32Array.from(out)
}

function ggufName(hf: string): string {
  const parts: [RegExp, string][] = [
    [/^model\.embed_tokens/, 'token_embd'],
    [/^model\.norm/, 'output_norm'],
    [/^lm_head/, 'output'],
    [/^model\.layers\.(\d+)\./, 'blk.$1.'],
    [/input_layernorm/, 'attn_norm'],
    [/post_attention_layernorm/, 'ffn_norm'],
    [/self_attn\.([qkv])_proj/, 'attn_$1'],
    [/self_attn\.o_proj/, 'attn_output'],
    [/self_attn\.([qk])_norm/, 'attn_$1_norm'],
    [/mlp\.(\w+)_proj/, 'ffn_$1'],
  ]
  return parts.reduce((name, [from, to]) => name.replace(from, to), hf)
}

function write(name: string, change?: Parameters<typeof ggufOf>[1]) {
  const made = ggufOf(name, change)
  writeFileSync(path, ggufFile(made.metadata, made.tensors))
  return made
}

function refusal(): StudioError {
  try {
    openGguf(path).tensors.close()
  } catch (error) {
    expect(error).toBeInstanceOf(StudioError)
    expect((error as StudioError).hint).not.toBe('')
    expect((error as StudioError).message).toContain(path)
    return error as StudioError
  }
  throw new Error('nothing was thrown')
}

describe('a model', () => {
  it.each(['tiny_llama', 'tiny_qwen2', 'tiny_qwen3'])(
    '%s has the weights and the configuration that it was made of',
    (name) => {
      const { weights, config } = write(name)
      const { tensors, config: read, tokenizer, companions } = openModel(folder)
      expect([...tensors.shapes.keys()].sort()).toEqual([...weights.keys()].sort())
      for (const [weight, { shape, data }] of weights) {
        expect(tensors.shapes.get(weight)).toEqual(shape)
        expect(tensors.read(weight)).toEqual(data)
      }
      expect(read).toMatchObject({
        modelType: name.slice(5),
        vocabulary: config.vocab_size,
        normEpsilon: config.rms_norm_eps,
        tiedEmbeddings: config.tie_word_embeddings,
        eosIds: [0],
        bosId: 1,
      })
      expect(tokenizer.encode('12<eos>')).toEqual([18, 19, 0])
      expect(tokenizer.prefix).toEqual([])
      expect([...companions.keys()]).toEqual(['config.json', 'tokenizer.json', 'tokenizer_config.json'])
      tensors.close()
    },
  )

  it('with Llama 3’s scaling has the angles of its factors; with another, it is refused', () => {
    const headDim = 8
    const base = 500000
    const low = 8192 / 1
    const factors = Float32Array.from({ length: headDim / 2 }, (_, i) => {
      const wavelength = 2 * Math.PI * base ** ((2 * i) / headDim)
      if (wavelength < 8192 / 4) return 1
      if (wavelength > low) return 32
      const smooth = (8192 / wavelength - 1) / (4 - 1)
      return 1 / ((1 - smooth) / 32 + smooth)
    })
    const rope = (values: Float32Array): TensorInfo => ({
      name: 'rope_freqs.weight',
      shape: [values.length],
      type: 0,
      bytes: new Uint8Array(values.buffer),
    })
    const shape = { metadata: { 'llama.rope.freq_base': base } }
    const { config } = write('tiny_llama', shape)
    expect(config.head_dim ?? config.hidden_size / config.num_attention_heads).toBe(headDim)
    const plain = openGguf(path)
    write('tiny_llama', { ...shape, tensors: [rope(factors)] })
    const scaled = openGguf(path)
    for (const [i, f] of scaled.config.inverseFrequencies.entries())
      expect(f / (plain.config.inverseFrequencies[i] / factors[i])).toBeCloseTo(1, 6)
    expect(JSON.parse(Buffer.from(scaled.companions.get('config.json')!).toString()).rope_scaling).toMatchObject({
      rope_type: 'llama3',
    })
    plain.tensors.close()
    scaled.tensors.close()
    write('tiny_llama', { ...shape, tensors: [rope(factors.map((f, i) => (i === 1 ? 3 : f)))] })
    expect(refusal().message).toContain('not Llama 3’s')
  })

  it.each<[string, Record<string, MetadataValue | undefined>, string]>([
    ['another architecture', { 'general.architecture': 'mamba' }, 'architecture "mamba"'],
    ['no architecture', { 'general.architecture': undefined }, 'architecture of no name'],
    ['a SentencePiece tokenizer', { 'tokenizer.ggml.model': 'llama' }, 'tokenizer of the kind "llama"'],
    ['an unknown splitting', { 'tokenizer.ggml.pre': 'constructor' }, 'splits text by "constructor"'],
    ['no tokens', { 'tokenizer.ggml.tokens': undefined }, 'no list of texts tokenizer.ggml.tokens'],
    ['other types than tokens', { 'tokenizer.ggml.token_type': [1] }, 'tokens and 1 token types'],
    [
      'a token twice',
      { 'tokenizer.ggml.tokens': ['a', 'a'], 'tokenizer.ggml.token_type': [1, 1] },
      'the token "a" twice',
    ],
    ['an end outside the vocabulary', { 'tokenizer.ggml.eos_token_id': 999 }, 'eos_token_id must be a token id'],
    ['no end', { 'tokenizer.ggml.eos_token_id': undefined }, 'eos_token_id'],
    ['half a head turned', { 'llama.rope.dimension_count': 4 }, 'turns 4 of'],
    ['YaRN', { 'llama.rope.scaling.type': 'yarn' }, 'scales its positions by "yarn"'],
    ['no layers', { 'llama.block_count': undefined }, 'num_hidden_layers must be a whole number'],
    ['an absurd alignment', { 'general.alignment': 3 }, 'general.alignment 3'],
  ])('%s is refused', (_, metadata, message) => {
    write('tiny_llama', { metadata })
    expect(refusal()).toMatchObject({ code: 'bad-model', message: expect.stringContaining(message) })
  })

  it.each([
    ['smollm', undefined, []],
    ['smollm', true, [1]],
    ['llama-bpe', undefined, [1]],
    ['llama-bpe', false, []],
  ])('splitting by %s with add_bos_token %s begins a text with %j', (pre, add, prefix) => {
    write('tiny_llama', { metadata: { 'tokenizer.ggml.pre': pre, 'tokenizer.ggml.add_bos_token': add } })
    const { tokenizer, tensors } = openGguf(path)
    expect(tokenizer.prefix).toEqual(prefix)
    expect(tokenizer.encode('1')).toEqual([18])
    tensors.close()
  })

  it('shows rows of the embedding that are no tokens, which a model can sample', () => {
    const { config } = write('tiny_llama')
    const tokens = ['<eos>', '<bos>', 'a', 'b']
    write('tiny_llama', {
      metadata: { 'tokenizer.ggml.tokens': tokens, 'tokenizer.ggml.token_type': [3, 3, 1, 1] },
    })
    const { tokenizer, tensors } = openGguf(path)
    expect(tokenizer.decode([2, 3, 9, 0, config.vocab_size - 1, 2, 0])).toBe('ab\uFFFD<eos>\uFFFDa')
    expect(() => tokenizer.decode([config.vocab_size])).toThrow(RangeError)
    expect(() => tokenizer.decode([-1])).toThrow(RangeError)
    tensors.close()
  })

  it('with more tokens than rows is refused', () => {
    const tokens = Array.from({ length: 4000 }, (_, i) => `t${i}`)
    write('tiny_llama', {
      metadata: { 'tokenizer.ggml.tokens': tokens, 'tokenizer.ggml.token_type': tokens.map(() => 1) },
    })
    expect(refusal().message).toContain('has 4000 tokens, but its embedding has')
  })

  it('with tensors of another model is refused', () => {
    const extra = (name: string): TensorInfo => ({ name, shape: [1], type: 0, bytes: new Uint8Array(4) })
    for (const name of ['blk.0.attn_q.bias', 'blk.0.ffn_gate_exps.weight', 'blk.99.attn_q.weight', '__proto__']) {
      write('tiny_llama', { tensors: [extra(name)] })
      expect(refusal().message).toContain(`has the tensor "${name}"`)
    }
  })
})

describe('a damaged or hostile file', () => {
  const tensor = (change: Partial<TensorInfo> = {}): TensorInfo => ({
    name: 'a',
    shape: [8],
    type: 0,
    bytes: new Uint8Array(32),
    ...change,
  })
  const cases: [string, () => Buffer, string][] = [
    ['an empty one', () => Buffer.alloc(0), 'is no GGUF file'],
    ['another format', () => Buffer.alloc(64, 'x'), 'is no GGUF file'],
    ['version 1', () => ggufFile({}, [], { version: 1 }), 'GGUF of version 1'],
    ['the other byte order', () => ggufFile({}, [], { version: 0x03000000 }), 'GGUF of version 50331648'],
    ['2^63 tensors', () => ggufFile({}, [], { tensors: 2n ** 63n }), 'has a number of 9223372036854775808'],
    ['a billion tensors', () => ggufFile({}, [], { tensors: 1e9 }), 'would have 1000000000 tensors'],
    ['a billion keys', () => ggufFile({}, [], { keys: 1e9 }), 'would have 1000000000 metadata entries'],
    ['more keys than there are', () => ggufFile({}, [], { keys: 60000 }), 'goes on after byte'],
    [
      'a text of 10 GB',
      () => Buffer.concat([ggufFile({}, [], { keys: 1 }).subarray(0, 24), u64(1e10), Buffer.alloc(64)]),
      'a text of 10000000000 bytes',
    ],
    [
      'a list of 10^12',
      () =>
        Buffer.concat([
          ggufFile({}, [], { keys: 1 }).subarray(0, 24),
          u64(1),
          Buffer.from('k\x09\0\0\0\x04\0\0\0'),
          u64(1e12),
        ]),
      'a list of 1000000000000 values',
    ],
    [
      'lists in lists',
      () =>
        Buffer.concat([
          ggufFile({}, [], { keys: 1 }).subarray(0, 24),
          u64(1),
          Buffer.from('k\x09\0\0\0'),
          ...Array.from({ length: 9 }, () => Buffer.concat([Buffer.from('\x09\0\0\0'), u64(1)])),
        ]),
      'lists within lists',
    ],
    [
      'an unknown type of value',
      () =>
        Buffer.concat([
          ggufFile({}, [], { keys: 1 }).subarray(0, 24),
          u64(1),
          Buffer.from('k\x63\0\0\0'),
          Buffer.alloc(16),
        ]),
      'unknown type 99',
    ],
    [
      'a format that is not read',
      () => ggufFile({}, [tensor({ type: 16 })]),
      'tensor "a" in the format with number 16',
    ],
    ['5 dimensions', () => ggufFile({}, [tensor({ shape: [1, 1, 1, 1, 8] })]), 'tensor "a" 5 dimensions'],
    ['a shape of 2^80', () => ggufFile({}, [tensor({ shape: [2 ** 40, 2 ** 40] })]), 'tensor "a" the shape'],
    ['an empty dimension', () => ggufFile({}, [tensor({ shape: [0] })]), 'tensor "a" the shape [0]'],
    ['half a block', () => ggufFile({}, [tensor({ shape: [16], type: 8 })]), 'no whole blocks of Q8_0'],
    ['an offset past the end', () => ggufFile({}, [tensor({ offset: 1 << 30 })]), 'would end at byte'],
    ['an offset off the grid', () => ggufFile({}, [tensor({ offset: 4 })]), 'at byte 4, no multiple of 32'],
    [
      'an overlap',
      () => ggufFile({}, [tensor({ shape: [16], bytes: new Uint8Array(64) }), tensor({ name: 'b', offset: 32 })]),
      'where another one goes on',
    ],
    ['a name twice', () => ggufFile({}, [tensor(), tensor()]), 'tensor "a" twice'],
    ['a truncated one', () => ggufFile({}, [tensor()]).subarray(0, -16), 'is truncated or damaged'],
  ]
  it.each(cases)('%s is refused by name', (_, make, message) => {
    writeFileSync(path, make())
    expect(refusal()).toMatchObject({ code: 'bad-model', message: expect.stringContaining(message) })
  })

  it('with a NaN in a tensor is refused when that is read', () => {
    const { tensors, metadata } = ggufOf('tiny_llama')
    new Float32Array(tensors[0].bytes.buffer)[3] = Number.NaN
    writeFileSync(path, ggufFile(metadata, tensors))
    const model = openGguf(path)
    expect(() => [...model.tensors.shapes.keys()].map((name) => model.tensors.read(name))).toThrow(
      `NaN in tensor "${tensors[0].name}" at element 3`,
    )
    model.tensors.close()
  })

  it('is refused or read, never anything else, whatever bytes changed', { timeout: 60_000 }, () => {
    const { metadata, tensors } = ggufOf('tiny_llama')
    const good = ggufFile(metadata, tensors)
    const headerEnd = good.length - tensors.reduce((sum, t) => sum + t.bytes.length, 0)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(headerEnd - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(good.length),
        fc.boolean(),
        (changes, cut, whole) => {
          const bytes = Buffer.from(whole ? good : good.subarray(0, cut))
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
          writeFileSync(path, bytes)
          try {
            const { tensors } = openGguf(path)
            for (const name of tensors.shapes.keys()) tensors.read(name)
            tensors.close()
          } catch (error) {
            expect(error).toBeInstanceOf(StudioError)
          }
        },
      ),
      { numRuns: 300, seed: 7 },
    )
  })
})
