/** Options that several verbs share, and the values they take. */

import { resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { defaultDataFolder } from '../store/folder.ts'

export const dataOption = () =>
  new Option('--data <dir>', 'data folder (default: GRPO_STUDIO_DATA, else the platform’s data folder)').argParser(
    (path) => resolve(path),
  )

export const modelHelp =
  'name of a fetched model, a Hugging Face folder (a checkpoint is one), a GGUF file, or "embedded"'

export const jsonOption = (what = 'print JSON') => new Option('--json', what)

export const backendOption = () =>
  new Option(
    '--backend <name>',
    'tensor backend: tensorflow-gpu, webgpu, tensorflow or wasm (default: the best that works)',
  )

export function dataFolder(options: { data?: string }): string {
  return options.data ?? defaultDataFolder()
}

/** @throws InvalidArgumentError with the range */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number between ${min} and ${max}.`)
    }
    return value
  }
}

/** @throws InvalidArgumentError with the range */
export function number(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a number between ${min} and ${max}.`)
    }
    return value
  }
}

/** Of an option that may be given several times. */
export const repeated = (value: string, before: string[] = []): string[] => [...before, value]

export const setOption = (what: string) => new Option('--set <key=value>', what).argParser(repeated)
