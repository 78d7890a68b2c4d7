/** Angles of rotary positions (Su et al. 2021) from a config.json, where two generations of field names are in use. */
import type { JsonObject } from './json-file.ts'

/** The fields of either generation. */
export function ropeFields(config: JsonObject): { field: string; base: unknown; type: unknown; scaling: JsonObject } {
  const field = config.rope_parameters ? 'rope_parameters' : 'rope_scaling'
  const scaling = (config[field] ?? {}) as JsonObject
  return {
    field,
    base: scaling.rope_theta ?? config.rope_theta ?? 10000,
    type: scaling.rope_type ?? scaling.type ?? 'default',
    scaling,
  }
}

/**
 * Angle per position of each pair of dimensions, in radians: base^(−2i / headDim), scaled as the model was trained:
 * `linear` divides all of them by a factor (Chen et al. 2023); `llama3` only the slow ones, with a smooth passage between.
 * @param config `rope_parameters`, or `rope_theta` with `rope_scaling` in older files
 * @returns [headDim / 2]
 */
export function inverseFrequencies(
  headDim: number,
  config: JsonObject,
  fail: (what: string, hint: string) => never,
): Float64Array {
  const { field, scaling, type, ...rope } = ropeFields(config)
  const positive = (name: string, value: unknown): number =>
    typeof value === 'number' && value > 0 && Number.isFinite(value)
      ? value
      : fail(
          `${name} must be a number above 0, not ${JSON.stringify(value) ?? 'missing'}`,
          'Take config.json from the model’s own folder.',
        )
  const base = positive('rope_theta', rope.base)
  const plain = Float64Array.from({ length: headDim / 2 }, (_, i) => base ** ((-2 * i) / headDim))
  if (type === 'default') return plain
  if (type !== 'linear' && type !== 'llama3')
    return fail(
      `${field} is of type ${JSON.stringify(type)}, which cannot be computed here`,
      'Can be: default, linear, llama3.',
    )
  const factor = positive(`${field}.factor`, scaling.factor)
  if (type === 'linear') return plain.map((frequency) => frequency / factor)
  const low = positive(`${field}.low_freq_factor`, scaling.low_freq_factor)
  const high = positive(`${field}.high_freq_factor`, scaling.high_freq_factor)
  const trained = positive(`${field}.original_max_position_embeddings`, scaling.original_max_position_embeddings)
  if (high <= low)
    fail(`${field}.high_freq_factor (${high}) must be above low_freq_factor (${low})`, 'Correct one of them.')
  return plain.map((frequency) => {
    // how often a pair turns within the positions it was first trained on
    const turns = (trained * frequency) / (2 * Math.PI)
    if (turns < low) return frequency / factor
    if (turns > high) return frequency
    const share = (turns - low) / (high - low)
    return (1 - share) * (frequency / factor) + share * frequency
  })
}
