import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { StudioError } from '../../src-main/contract/errors.ts'
import { parseConfig, readConfig } from '../../src-main/engine/model/config.ts'

const path = join(import.meta.dirname, '../../resources/model/config.json')
const embedded = JSON.parse(readFileSync(path, 'utf8'))

const qwen2 = {
  model_type: 'qwen2',
  vocab_size: 151936,
  hidden_size: 896,
  intermediate_size: 4864,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  max_position_embeddings: 32768,
  rms_norm_eps: 1e-6,
  rope_theta: 1000000,
  hidden_act: 'silu',
  tie_word_embeddings: true,
  use_sliding_window: false,
  bos_token_id: 151643,
  eos_token_id: 151645,
}
const llama3 = {
  ...qwen2,
  model_type: 'llama',
  head_dim: 64,
  rope_theta: 500000,
  rope_scaling: {
    rope_type: 'llama3',
    factor: 32,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  },
  eos_token_id: [128001, 128008, 128009],
}

describe('reading config.json', () => {
  it('knows the embedded model', () => {
    const { inverseFrequencies, ...config } = readConfig(path)
    expect(config).toEqual({
      modelType: 'llama',
      vocabulary: 32,
      hidden: 128,
      intermediate: 384,
      layers: 4,
      heads: 4,
      kvHeads: 2,
      headDim: 32,
      normEpsilon: 1e-6,
      maxPositions: 256,
      tiedEmbeddings: true,
      attentionBias: false,
      qkNorm: false,
      eosIds: [2],
      bosId: 1,
      padId: 0,
    })
    expect(inverseFrequencies).toHaveLength(16)
    expect(inverseFrequencies[0]).toBe(1)
    expect(inverseFrequencies[8]).toBeCloseTo(0.01, 12)
  })

  it('knows what sets the families apart', () => {
    expect(parseConfig(qwen2, 'c')).toMatchObject({ headDim: 64, attentionBias: true, qkNorm: false, padId: null })
    expect(parseConfig({ ...qwen2, model_type: 'qwen3', head_dim: 128 }, 'c')).toMatchObject({
      headDim: 128,
      attentionBias: false,
      qkNorm: true,
    })
    expect(parseConfig(llama3, 'c').eosIds).toEqual([128001, 128008, 128009])
    expect(parseConfig({ ...qwen2, num_key_value_heads: undefined }, 'c').kvHeads).toBe(14)
  })

  it('reads rotary scaling in the old and the new form', () => {
    const plain = parseConfig({ ...llama3, rope_scaling: null }, 'c').inverseFrequencies
    const scaled = parseConfig(llama3, 'c').inverseFrequencies
    // fast pairs stay, slow ones turn 32 times slower, between them monotonic
    expect(scaled[0]).toBe(plain[0])
    expect(scaled[31]).toBeCloseTo(plain[31] / 32, 15)
    for (let i = 1; i < 32; i++) expect(scaled[i]).toBeLessThan(scaled[i - 1])
    const { rope_theta, rope_scaling, ...rest } = llama3
    const modern = { ...rest, rope_parameters: { ...rope_scaling, rope_theta } }
    expect(parseConfig(modern, 'c').inverseFrequencies).toEqual(scaled)
    const linear = { ...qwen2, rope_scaling: { type: 'linear', factor: 4 } }
    expect(parseConfig(linear, 'c').inverseFrequencies[3]).toBeCloseTo(
      parseConfig(qwen2, 'c').inverseFrequencies[3] / 4,
      15,
    )
  })

  const wrong: [Record<string, unknown>, string][] = [
    [{ model_type: 'gpt2' }, 'model_type is "gpt2"'],
    [{ model_type: undefined }, 'model_type is missing'],
    [{ hidden_size: 0 }, 'hidden_size must be a whole number from 1, not 0'],
    [{ hidden_size: undefined }, 'hidden_size must be a whole number from 1, not missing'],
    [{ num_hidden_layers: 2.5 }, 'num_hidden_layers must be a whole number from 1, not 2.5'],
    [{ vocab_size: '32' }, 'vocab_size must be a whole number from 1, not "32"'],
    [{ num_key_value_heads: 3 }, 'num_attention_heads (4) is no multiple of num_key_value_heads (3)'],
    [{ head_dim: undefined, hidden_size: 130 }, 'hidden_size (130) is no multiple of num_attention_heads (4)'],
    [{ head_dim: 31 }, 'head_dim (31) is odd'],
    [{ rms_norm_eps: -1 }, 'rms_norm_eps must be a number above 0, not -1'],
    [{ rope_theta: 0 }, 'rope_theta must be a number above 0, not 0'],
    [{ rope_scaling: { rope_type: 'yarn', factor: 4 } }, 'rope_scaling is of type "yarn"'],
    [{ rope_scaling: { type: 'linear' } }, 'rope_scaling.factor must be a number above 0, not missing'],
    [
      { rope_scaling: { ...llama3.rope_scaling, high_freq_factor: 1 } },
      'rope_scaling.high_freq_factor (1) must be above low_freq_factor (1)',
    ],
    [{ tie_word_embeddings: 'yes' }, 'tie_word_embeddings must be true or false, not "yes"'],
    [{ hidden_act: 'gelu' }, 'hidden_act is "gelu"'],
    [{ attention_bias: true }, 'attention_bias is true'],
    [{ mlp_bias: true }, 'mlp_bias is true'],
    [{ use_sliding_window: true }, 'use_sliding_window is true'],
    [{ quantization_config: { bits: 4 } }, 'quantization_config is {"bits":4}'],
    [{ layer_types: ['full_attention', 'sliding_attention'] }, 'layer_types has "sliding_attention"'],
    [{ eos_token_id: undefined }, 'eos_token_id must be a token id from 0 to 31, not missing'],
    [{ eos_token_id: 32 }, 'eos_token_id must be a token id from 0 to 31, not 32'],
    [{ eos_token_id: [] }, 'eos_token_id must be a token id from 0 to 31, not []'],
    [{ pad_token_id: -1 }, 'pad_token_id must be a token id from 0 to 31, not -1'],
    [{ max_position_embeddings: null }, 'max_position_embeddings must be a whole number from 1, not missing'],
  ]
  it.each(wrong)('refuses %j, naming file and field', (change, message) => {
    try {
      parseConfig({ ...embedded, ...change }, 'models/x/config.json')
    } catch (error) {
      expect(error).toBeInstanceOf(StudioError)
      expect((error as StudioError).code).toBe('bad-model')
      expect((error as StudioError).message).toContain(`models/x/config.json: ${message}`)
      expect((error as StudioError).hint).not.toBe('')
      return
    }
    throw new Error('was not refused')
  })
})
