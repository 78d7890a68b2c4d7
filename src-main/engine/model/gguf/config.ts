/** The architecture of a GGUF file as a Hugging Face config.json would give it. */
import type { JsonObject } from '../json-file.ts'
import type { Fail, GgufHeader, GgufTensor } from './header.ts'

/** Names in GGUF; each family has its own prefix. */
const architectures = ['llama', 'qwen2', 'qwen3'] as const
export type Architecture = (typeof architectures)[number]

const classes: Record<Architecture, string> = {
  llama: 'LlamaForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
}

export function architectureOf({ metadata }: GgufHeader, fail: Fail): Architecture {
  const name = metadata.get('general.architecture')
  return (
    architectures.find((a) => a === name) ??
    fail(
      `holds a model of the architecture ${JSON.stringify(name) ?? 'of no name'}, which cannot be trained here.`,
      `Can be: ${architectures.join(', ')}.`,
    )
  )
}

/**
 * @param ropeFactors the values of rope_freqs.weight, if the file has it
 * @returns fields that `parseConfig` checks
 */
export function configOf(
  header: GgufHeader,
  architecture: Architecture,
  ropeFactors: Float32Array | undefined,
  fail: Fail,
): JsonObject {
  const { metadata, tensors } = header
  const get = (key: string) => metadata.get(`${architecture}.${key}`)
  const heads = get('attention.head_count')
  const hidden = get('embedding_length')
  const headDim = get('attention.key_length') ?? Number(hidden) / Number(heads)
  const rotary = get('rope.dimension_count') ?? headDim
  if (rotary !== headDim || (get('attention.value_length') ?? headDim) !== headDim)
    fail(
      `turns ${rotary} of ${headDim} dimensions of a head, which cannot be computed here.`,
      'Choose a model that turns all.',
    )
  const embedding: GgufTensor | undefined = tensors.get('token_embd.weight')
  const { eos, bos, pad } = specialIds(header)
  return {
    architectures: [classes[architecture]],
    model_type: architecture,
    hidden_act: 'silu',
    vocab_size: embedding?.shape[0] ?? fail('has no tensor "token_embd.weight".'),
    hidden_size: hidden,
    intermediate_size: get('feed_forward_length'),
    num_hidden_layers: get('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: get('attention.head_count_kv') ?? heads,
    head_dim: headDim,
    rms_norm_eps: shortest(get('attention.layer_norm_rms_epsilon')),
    max_position_embeddings: get('context_length'),
    rope_theta: get('rope.freq_base') ?? 10000,
    rope_scaling: ropeScaling(get, ropeFactors, fail),
    tie_word_embeddings: !tensors.has('output.weight'),
    eos_token_id: eos,
    bos_token_id: bos,
    pad_token_id: pad,
    torch_dtype: 'float32',
  }
}

/** Ids that the metadata names; the end of a turn ends a text as well. */
export function specialIds({ metadata }: GgufHeader) {
  const id = (name: string) => metadata.get(`tokenizer.ggml.${name}_token_id`)
  const ends = [id('eos'), id('eot')].filter((x) => x !== undefined)
  return { eos: [...new Set(ends)], bos: id('bos') ?? null, pad: id('padding') ?? null }
}

/** A 32-bit float by its shortest decimal, as the model's author wrote it: 1e-5, not 9.999999747378752e-6. */
function shortest(value: unknown): unknown {
  if (typeof value !== 'number') return value
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === Math.fround(value)) return short
  }
  return value
}

/**
 * llama.cpp writes Llama 3's scaling as a divisor for each pair of dimensions: 1 for the fast ones, the factor for the slow ones. The other
 * numbers of it are the same in every Llama 3; `ropeFactors` is checked against what they give by the caller.
 */
function ropeScaling(
  get: (key: string) => unknown,
  ropeFactors: Float32Array | undefined,
  fail: Fail,
): JsonObject | null {
  const type = get('rope.scaling.type') ?? 'none'
  if (ropeFactors)
    return {
      rope_type: 'llama3',
      factor: ropeFactors.reduce((a, b) => Math.max(a, b), 1),
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    }
  if (type === 'none') return null
  if (type === 'linear') return { rope_type: 'linear', factor: get('rope.scaling.factor') }
  return fail(
    `scales its positions by ${JSON.stringify(type)}, which cannot be computed here.`,
    'Choose a model without it.',
  )
}
