/** The small files of a model folder beside its weights. They go along when a policy is saved, wherever it came from. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import type { JsonObject } from './json-file.ts'

/** File name to content, as it was read. */
export type Companions = ReadonlyMap<string, Uint8Array>

const companionFiles = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'generation_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'chat_template.json',
]

export function readCompanions(folder: string): Companions {
  const present = companionFiles.filter((file) => existsSync(join(folder, file)))
  return new Map(present.map((file) => [file, readFileSync(join(folder, file))]))
}

/** @returns undefined if the model has no such file @throws StudioError bad-model if it is no JSON object */
export function jsonOf(companions: Companions, file: string): JsonObject | undefined {
  const content = companions.get(file)
  if (!content) return undefined
  const fail = (what: string): never => {
    throw new StudioError('bad-model', `The model’s ${file} ${what}.`, 'Fetch the file again.')
  }
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(content).toString('utf8'))
  } catch (error) {
    return fail(`is not JSON: ${(error as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail('holds no JSON object')
  return value as JsonObject
}

/** JSON as a companion file. */
export function jsonFile(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
}
