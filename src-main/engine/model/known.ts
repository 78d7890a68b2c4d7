/** Models whose architecture is known without their files: resources/configurations/ has their published config.json, so that a run can be estimated before tens of gigabytes are fetched. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isHubName } from '../../library/names.ts'
import type { PromptModel } from '../prompts.ts'
import { type ModelConfig, readConfig } from './config.ts'
import { resourcesFolder } from './embedded.ts'

/** Bytes of a token, about, in problems: words have more, digits fewer. */
const TOKEN_BYTES = 3
/** In place of the model's own: it counts, and its ids say nothing. */
const counting: PromptModel['tokenizer'] = {
  prefix: [],
  encode: (text) => new Array<number>(Math.ceil(Buffer.byteLength(text) / TOKEN_BYTES)).fill(0),
}

/** @param name as the hub has it @returns null for a model that is not known here */
export function knownModel(name: string): (PromptModel & { config: ModelConfig }) | null {
  if (!isHubName(name)) return null
  const file = fileURLToPath(new URL(`configurations/${name}.json`, resourcesFolder))
  return existsSync(file) ? { config: readConfig(file), tokenizer: counting, companions: new Map() } : null
}
