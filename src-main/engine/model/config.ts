/**
 * The architecture of a model, from its Hugging Face config.json: the Llama, Qwen2 and Qwen3 families. What this project's transformer
 * does not compute is refused rather than left out.
 */
import { StudioError } from '../../contract/errors.ts'
import { type JsonObject, readJsonObject } from './json-file.ts'
import { inverseFrequencies } from './rope-frequencies.ts'

export const modelTypes = ['llama', 'qwen2', 'qwen3'] as const
export type ModelType = (typeof modelTypes)[number]

export interface ModelConfig {
  modelType: ModelType
  /** Rows of the embedding; a tokenizer may have fewer tokens. */
  vocabulary: number
  /** Width of the residual stream. */
  hidden: number
  /** Width of the SwiGLU between its projections. */
  intermediate: number
  layers: number
  /** Query heads; a multiple of `kvHeads`. */
  heads: number
  kvHeads: number
  headDim: number
  normEpsilon: number
  /** Rotary angle per position: [headDim / 2], scaling included. */
  inverseFrequencies: Float64Array
  /** Positions the model was made for: prompt and completion together. */
  maxPositions: number
  /** The head is the embedding. */
  tiedEmbeddings: boolean
  /** Query, key and value projections have biases; the output projection never has. */
  attentionBias: boolean
  /** Queries and keys are normalised per head, as in Qwen3. */
  qkNorm: boolean
  /** Any of these ends a completion. */
  eosIds: number[]
  bosId: number | null
  padId: number | null
}

/** @throws StudioError bad-model, naming the file, the field and its value */
export function readConfig(path: string): ModelConfig {
  return parseConfig(readJsonObject(path), path)
}

/** @param source what to call it in messages */
export function parseConfig(json: JsonObject, source: string): ModelConfig {
  const fail = (what: string, hint: string): never => {
    throw new StudioError('bad-model', `${source}: ${what}.`, hint)
  }
  const count = (field: string, fallback?: number): number => {
    const value = json[field] ?? fallback
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      fail(
        `${field} must be a whole number from 1, not ${shown(value)}`,
        'Take config.json from the model’s own folder.',
      )
    return value as number
  }
  const positive = (field: string, fallback: number): number => {
    const value = json[field] ?? fallback
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value))
      fail(`${field} must be a number above 0, not ${shown(value)}`, 'Take config.json from the model’s own folder.')
    return value as number
  }
  const flag = (field: string, fallback: boolean): boolean => {
    const value = json[field] ?? fallback
    if (typeof value !== 'boolean') fail(`${field} must be true or false, not ${shown(value)}`, 'Correct the field.')
    return value as boolean
  }
  const tokenId = (field: string): number | null => {
    const value = json[field] ?? null
    if (value === null) return null
    if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) >= vocabulary)
      fail(`${field} must be a token id from 0 to ${vocabulary - 1}, not ${shown(value)}`, 'Correct the field.')
    return value as number
  }
  /** A feature of some models of these families that would change what is computed. */
  const refuse = (field: string, plain: unknown[], what: string): void => {
    if (json[field] === undefined || plain.includes(json[field])) return
    fail(`${field} is ${shown(json[field])}: ${what} cannot be computed here`, 'Choose a model without it.')
  }

  const modelType = modelTypes.find((type) => type === json.model_type)
  if (!modelType)
    return fail(
      `model_type is ${shown(json.model_type)}, which cannot be trained here`,
      `Can be: ${modelTypes.join(', ')}.`,
    )
  refuse('hidden_act', ['silu'], 'this activation')
  refuse('mlp_bias', [false, null], 'biases in the MLP')
  refuse('use_sliding_window', [false, null], 'a sliding window')
  refuse('quantization_config', [null], 'a quantised model')
  if (modelType !== 'qwen2') refuse('attention_bias', [false, null], 'a bias on the output projection')
  if (Array.isArray(json.layer_types) && json.layer_types.some((type) => type !== 'full_attention'))
    fail(
      `layer_types has ${shown(json.layer_types.find((t) => t !== 'full_attention'))}`,
      'Choose a model with full attention.',
    )

  const vocabulary = count('vocab_size')
  const hidden = count('hidden_size')
  const heads = count('num_attention_heads')
  const kvHeads = count('num_key_value_heads', heads)
  if (heads % kvHeads !== 0)
    fail(`num_attention_heads (${heads}) is no multiple of num_key_value_heads (${kvHeads})`, 'Correct one of them.')
  if (json.head_dim == null && hidden % heads !== 0)
    fail(
      `hidden_size (${hidden}) is no multiple of num_attention_heads (${heads}), and there is no head_dim`,
      'Add head_dim.',
    )
  const headDim = count('head_dim', hidden / heads)
  if (headDim % 2 !== 0) fail(`head_dim (${headDim}) is odd; rotary positions need pairs`, 'Correct head_dim.')

  const eos = Array.isArray(json.eos_token_id) && json.eos_token_id.length > 0 ? json.eos_token_id : [json.eos_token_id]
  const eosIds = eos.map((id) => {
    if (!Number.isSafeInteger(id) || id < 0 || id >= vocabulary)
      fail(
        `eos_token_id must be a token id from 0 to ${vocabulary - 1}, not ${shown(json.eos_token_id)}`,
        'A model that is to be trained must be able to end its text: name its end token.',
      )
    return id as number
  })

  return {
    modelType,
    vocabulary,
    hidden,
    intermediate: count('intermediate_size'),
    layers: count('num_hidden_layers'),
    heads,
    kvHeads,
    headDim,
    normEpsilon: positive('rms_norm_eps', 1e-6),
    inverseFrequencies: inverseFrequencies(headDim, json, fail),
    maxPositions: count('max_position_embeddings'),
    tiedEmbeddings: flag('tie_word_embeddings', false),
    attentionBias: modelType === 'qwen2',
    qkNorm: modelType === 'qwen3',
    eosIds,
    bosId: tokenId('bos_token_id'),
    padId: tokenId('pad_token_id'),
  }
}

function shown(value: unknown): string {
  return value == null ? 'missing' : (JSON.stringify(value) ?? String(value))
}
