/** A model as it lies on the disk, whatever its format: its configuration and tokenizer are read, its weights are open. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import { type Companions, jsonOf, readCompanions } from './companions.ts'
import { type ModelConfig, parseConfig } from './config.ts'
import { openGguf } from './gguf/model.ts'
import { readJsonObject } from './json-file.ts'
import { openSafetensors, openSharded } from './safetensors-reader.ts'
import type { TensorStore } from './tensor-store.ts'
import { readTokenizer, type Tokenizer } from './tokenizer.ts'

export interface ModelSource {
  config: ModelConfig
  tokenizer: Tokenizer
  companions: Companions
  /** The caller closes it. */
  tensors: TensorStore
}

/**
 * @param path a Hugging Face folder, a GGUF file, or a folder with one GGUF file
 * @throws StudioError bad-model naming the file and what is wrong with it
 */
export function openModel(path: string): ModelSource {
  const source = path.endsWith('.gguf') && !isFolder(path) ? openGguf(path) : openFolder(path)
  try {
    return { ...source, config: withEveryEnd(source) }
  } catch (error) {
    source.tensors.close()
    throw error
  }
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

function openFolder(folder: string): ModelSource {
  if (!existsSync(join(folder, 'config.json'))) {
    const gguf = isFolder(folder) ? readdirSync(folder).filter((file) => file.endsWith('.gguf')) : []
    if (gguf.length === 1) return openGguf(join(folder, gguf[0]))
    throw gguf.length > 1
      ? new StudioError(
          'bad-model',
          `${folder} has ${gguf.length} GGUF files.`,
          `Name the one that is meant: ${gguf.sort().join(', ')}.`,
        )
      : new StudioError(
          'bad-model',
          `${folder} is not a model folder: it has no config.json.`,
          'Give a folder in the Hugging Face layout (config.json, tokenizer.json, model.safetensors), or a GGUF file.',
        )
  }
  const config = parseConfig(readJsonObject(join(folder, 'config.json')), join(folder, 'config.json'))
  const tokenizer = readTokenizer(join(folder, 'tokenizer.json'), config.vocabulary)
  if (tokenizer.size > config.vocabulary) {
    throw new StudioError(
      'bad-model',
      `${join(folder, 'tokenizer.json')} has ${tokenizer.size} tokens, the model ${config.vocabulary}.`,
      'Use the tokenizer that belongs to this model.',
    )
  }
  return { config, tokenizer, companions: readCompanions(folder), tensors: openWeights(folder) }
}

function openWeights(folder: string): TensorStore {
  const [whole, index] = ['model.safetensors', 'model.safetensors.index.json'].map((file) => join(folder, file))
  if (existsSync(whole)) return openSafetensors(whole)
  if (existsSync(index)) return openSharded(index)
  const pickle = readdirSync(folder).find((file) => /\.(bin|pt|pth|pkl|ckpt)$/.test(file))
  if (pickle)
    throw new StudioError(
      'bad-model',
      `${join(folder, pickle)} is a pickle file, and reading one can run any program in it: it is not opened.`,
      'Fetch the model’s safetensors files, or convert it with transformers: AutoModelForCausalLM.from_pretrained(…).save_pretrained(…).',
    )
  return openSafetensors(whole) // says that it is missing
}

/** The end tokens of config.json, of generation_config.json (where chat models name theirs) and of the tokenizer: each ends a completion. */
function withEveryEnd({ config, tokenizer, companions }: ModelSource): ModelConfig {
  const listed = jsonOf(companions, 'generation_config.json')?.eos_token_id ?? []
  const ids = [...config.eosIds, ...(Array.isArray(listed) ? listed : [listed]), tokenizer.eosId]
  for (const id of ids)
    if (!Number.isSafeInteger(id) || id < 0 || id >= config.vocabulary)
      throw new StudioError(
        'bad-model',
        `generation_config.json: eos_token_id must be token ids from 0 to ${config.vocabulary - 1}, not ${JSON.stringify(id)}.`,
        'Take the file from the model’s own folder.',
      )
  return { ...config, eosIds: [...new Set(ids)] }
}
