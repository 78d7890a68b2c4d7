/** A JSON file of a model folder, with errors that name it. */
import { readFileSync } from 'node:fs'
import { StudioError } from '../../contract/errors.ts'

export type JsonObject = Record<string, unknown>

export const modelFolderHint =
  'A model folder needs config.json, tokenizer.json and model.safetensors as Hugging Face has them.'

/** @throws StudioError bad-model if the file is missing, unreadable or no JSON object */
export function readJsonObject(path: string): JsonObject {
  const object = readJsonObjectIfPresent(path)
  if (object === undefined) throw new StudioError('bad-model', `${path} does not exist.`, modelFolderHint)
  return object
}

/** As `readJsonObject`, but undefined if there is no such file. */
export function readJsonObjectIfPresent(path: string): JsonObject | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StudioError('bad-model', `${path} cannot be read: ${(error as Error).message}.`, modelFolderHint)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new StudioError('bad-model', `${path} is not JSON: ${(error as Error).message}.`, 'Fetch the file again.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new StudioError('bad-model', `${path} holds no JSON object.`, 'Fetch the file again.')
  return value as JsonObject
}
