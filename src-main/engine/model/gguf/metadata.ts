/** What a GGUF file says of a model's architecture, from its Hugging Face configuration: `config.ts` the other way. */
import { StudioError } from '../../../contract/errors.ts'
import type { ModelConfig } from '../config.ts'
import type { JsonObject } from '../json-file.ts'
import { inverseFrequencies, ropeFields } from '../rope-frequencies.ts'
import { f32, type Metadata, type MetadataValue, text, u32 } from './writer.ts'

/**
 * @param json config.json, which `config` was read from
 * @param fileType number of the format that most tensors have
 */
export function architectureMetadata(config: ModelConfig, json: JsonObject, name: string, fileType: number): Metadata {
  const architecture = config.modelType
  const { base, type, scaling } = ropeFields(json)
  const own: Record<string, MetadataValue> = {
    block_count: u32(config.layers),
    context_length: u32(config.maxPositions),
    embedding_length: u32(config.hidden),
    feed_forward_length: u32(config.intermediate),
    vocab_size: u32(config.vocabulary),
    'attention.head_count': u32(config.heads),
    'attention.head_count_kv': u32(config.kvHeads),
    'attention.key_length': u32(config.headDim),
    'attention.value_length': u32(config.headDim),
    'attention.layer_norm_rms_epsilon': f32(config.normEpsilon),
    'rope.dimension_count': u32(config.headDim),
    'rope.freq_base': f32(base as number),
  }
  if (type === 'linear') {
    own['rope.scaling.type'] = text('linear')
    own['rope.scaling.factor'] = f32(scaling.factor as number)
  }
  return new Map([
    ['general.architecture', text(architecture)],
    ['general.type', text('model')],
    ['general.name', text(name)],
    ['general.file_type', u32(fileType)],
    ['general.quantization_version', u32(2)],
    ...Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value] as const),
  ])
}

/**
 * Llama 3's scaling as llama.cpp takes it: a divisor of the angle for each pair of dimensions.
 * @returns undefined for a model without it
 * @throws StudioError bad-model for another family: llama.cpp reads the divisors for Llama alone
 */
export function ropeFactors(config: ModelConfig, json: JsonObject): Float32Array | undefined {
  const { base, type } = ropeFields(json)
  if (type !== 'llama3') return undefined
  if (config.modelType !== 'llama')
    throw new StudioError(
      'bad-model',
      `A ${config.modelType} model with Llama 3’s rotary scaling cannot be written as GGUF: llama.cpp would leave the scaling out.`,
      'Take --format hf.',
    )
  const plain = inverseFrequencies(config.headDim, { rope_theta: base }, (what) => {
    throw new Error(what)
  })
  return Float32Array.from(plain, (frequency, i) => frequency / config.inverseFrequencies[i])
}
