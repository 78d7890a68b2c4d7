/** LoRA adapters as PEFT keeps them: a folder with adapter_config.json and adapter_model.safetensors. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import { type Lora, loraSchema } from '../../contract/lora.ts'
import type { SafetensorsDtype } from '../../contract/model-formats.ts'
import { jsonFile } from './companions.ts'
import { writeDurably } from './durable.ts'
import { readJsonObject } from './json-file.ts'
import { type Adapters, adapterShapes } from './lora.ts'
import type { Model } from './model.ts'
import { writeSafetensors } from './safetensors.ts'
import { readTensors, tensorsOf } from './tensor-files.ts'

const CONFIG = 'adapter_config.json'
const TENSORS = 'adapter_model.safetensors'

export interface AdapterConfig {
  /** The model that the adapters are for: a name or path. */
  base: string
  lora: Lora
}

export function holdsAdapters(folder: string): boolean {
  return existsSync(join(folder, CONFIG))
}

/**
 * Fields of PEFT's LoraConfig that are read, or that change nothing of what is computed. Any other one must be empty: PEFT gains new kinds of
 * adapters by new fields, and one that is not known here would be computed wrongly.
 */
const harmless = new Set([
  'auto_mapping',
  'base_model_name_or_path',
  'ensure_weight_tying',
  'inference_mode',
  'layers_pattern',
  'lora_alpha',
  'lora_dropout',
  'megatron_core',
  'peft_version',
  'qalora_group_size',
  'r',
  'revision',
  'target_modules',
  'task_type',
])

/** And these must say what is always so here. Some ways to begin adapters change the weights below them. */
const asHere: Record<string, unknown[]> = {
  peft_type: ['LORA'],
  bias: ['none'],
  init_lora_weights: [true, false, 'gaussian'],
}

const isEmpty = (value: unknown) =>
  value == null || value === false || (typeof value === 'object' && Object.keys(value).length === 0)

/** @throws StudioError bad-model, naming the file and the field, for adapters of another kind than this project trains */
export function readAdapterConfig(folder: string): AdapterConfig {
  const path = join(folder, CONFIG)
  const json = readJsonObject(path)
  const fail = (what: string, hint: string): never => {
    throw new StudioError('bad-model', `${path}: ${what}.`, hint)
  }
  const hint = 'Merge the adapters into their model with peft (merge_and_unload) and take that.'
  if (json.peft_type === undefined) fail('it has no peft_type', hint)
  for (const [field, value] of Object.entries(json)) {
    const fine = asHere[field]?.includes(value) ?? (harmless.has(field) || isEmpty(value))
    if (!fine) fail(`${field} is ${JSON.stringify(value)}, which cannot be computed here`, hint)
  }
  const { base_model_name_or_path: base, r, lora_alpha, target_modules } = json
  if (typeof base !== 'string' || base === '')
    return fail('it names no base_model_name_or_path', 'Name the model there.')
  const lora = loraSchema.safeParse({ rank: r ?? null, alpha: lora_alpha ?? null, targets: target_modules ?? null })
  if (lora.success) return { base, lora: lora.data }
  const [issue] = lora.error.issues
  const field = { rank: 'r', alpha: 'lora_alpha', targets: 'target_modules' }[String(issue.path[0])]
  return fail(`${field} is ${json[field!] == null ? 'missing' : JSON.stringify(json[field!])}: ${issue.message}`, hint)
}

/** @param model what they are added to @throws StudioError bad-model */
export function readAdapters(folder: string, { config, weights }: Model, lora: Lora): Adapters {
  return { lora, tensors: readTensors(join(folder, TENSORS), adapterShapes(config, weights, lora)) }
}

export async function saveAdapters(
  folder: string,
  { lora, tensors }: Adapters,
  base: string,
  dtype: SafetensorsDtype = 'f32',
): Promise<void> {
  writeDurably(
    join(folder, CONFIG),
    jsonFile({
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      base_model_name_or_path: base,
      r: lora.rank,
      lora_alpha: lora.alpha,
      target_modules: lora.targets,
      lora_dropout: 0,
      bias: 'none',
      fan_in_fan_out: false,
      use_rslora: false,
      use_dora: false,
      modules_to_save: null,
      inference_mode: true,
    }),
  )
  writeSafetensors(join(folder, TENSORS), await tensorsOf(tensors), dtype)
}
