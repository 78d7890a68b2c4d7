/** A model small enough for tests: the embedded one's layout and tokenizer, other sizes, weights from a seed. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseConfig } from '../../../src-main/engine/model/config.ts'
import { expectedShapes } from '../../../src-main/engine/model/policy.ts'
import { writeSafetensors } from '../../../src-main/engine/model/safetensors.ts'

const embedded = fileURLToPath(new URL('../../../resources/model', import.meta.url))

export function makeTinyModel(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const config = {
    ...(JSON.parse(readFileSync(join(embedded, 'config.json'), 'utf8')) as Record<string, unknown>),
    hidden_size: 16,
    intermediate_size: 32,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 2,
    head_dim: 8,
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config, null, 2))
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) copyFileSync(join(embedded, file), join(folder, file))
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  const tensors = new Map(
    [...expectedShapes(parseConfig(config, 'test model'))].map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1)
      const norm = shape.length === 1
      return [name, { shape, data: Float32Array.from({ length: size }, () => (norm ? 1 : next() * 0.4)) }]
    }),
  )
  writeSafetensors(join(folder, 'model.safetensors'), tensors)
  return folder
}
