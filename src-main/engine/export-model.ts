/** What a run learned, as files that other programs load: a checkpoint written as a Hugging Face folder, PEFT adapters, or GGUF. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import type { GgufType, ModelFormat, SafetensorsDtype } from '../contract/model-formats.ts'
import { syncFolder } from './model/durable.ts'
import { modelFolder } from './model/embedded.ts'
import { writeModelAsGguf } from './model/gguf/write-model.ts'
import { merged } from './model/lora.ts'
import { disposeWeights } from './model/model.ts'
import { loadPolicy, type Policy, savePolicy } from './model/policy.ts'
import { type BackendName, openBackend } from './tensor/index.ts'
import { tf } from './tensor/tf.ts'

export interface ExportRequest {
  /** A checkpoint's folder. */
  checkpoint: string
  format: ModelFormat
  /** Of a GGUF file's matrices. */
  type: GgufType
  /** Of tensors in safetensors files. */
  dtype: SafetensorsDtype
  /** What llama.cpp shows of the model. */
  name: string
  /** Made here; it may be there if it is empty. */
  out: string
  backend?: BackendName
}

/**
 * All files or none: they are written beside `out` and moved there when they are whole.
 * @returns files with their sizes
 * @throws StudioError bad-request for a folder in the way or adapters that the run does not have, bad-model for weights or a tokenizer that
 * the format cannot hold, disk-full
 */
export async function exportModel(request: ExportRequest): Promise<{ file: string; bytes: number }[]> {
  const { out } = request
  requireRoomFor(out)
  await openBackend(request.backend)
  const policy = loadPolicy(request.checkpoint)
  const temporary = `${out}.partial`
  try {
    rmSync(temporary, { recursive: true, force: true })
    mkdirSync(temporary, { recursive: true })
    await write(temporary, policy, request)
    rmSync(out, { recursive: true, force: true })
    renameSync(temporary, out)
    syncFolder(dirname(out))
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    throw ofDisk(error, out)
  }
  return readdirSync(out)
    .sort()
    .map((name) => ({ file: join(out, name), bytes: statSync(join(out, name)).size }))
}

function requireRoomFor(out: string): void {
  if (!existsSync(out)) return
  const what = !statSync(out).isDirectory() ? 'is a file' : readdirSync(out).length > 0 ? 'is not empty' : undefined
  if (what) throw new StudioError('bad-request', `${out} ${what}.`, 'Name a folder that is new or empty with --out.')
}

async function write(folder: string, policy: Policy, { format, type, dtype, name }: ExportRequest): Promise<void> {
  if (format === 'peft') {
    if (!policy.adapters)
      throw new StudioError(
        'bad-request',
        'The run trained all weights, so there are no adapters to export.',
        'Take --format hf or --format gguf.',
      )
    return savePolicy({ ...policy, base: modelFolder(policy.base!) }, folder, dtype)
  }
  const whole = mergedPolicy(policy)
  if (format === 'hf') await savePolicy(whole, folder, dtype)
  else await writeModelAsGguf(join(folder, `model-${type}.gguf`), whole, type, name)
  if (whole !== policy) disposeWeights(whole.weights)
}

/** The same model without adapters; where there were any, with weights of its own. */
function mergedPolicy(policy: Policy): Policy {
  const { adapters, base, ...rest } = policy
  if (!adapters) return policy
  const own = tf.tidy(() => {
    const all = [...merged(policy.weights, adapters)]
    return Object.fromEntries(all.map(([name, weight]) => [name, tf.clone(weight)]))
  })
  return { ...rest, weights: new Map(Object.entries(own)) }
}

/** An error of the system as one that names the folder and the way out. */
function ofDisk(error: unknown, out: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'disk-full')
    return new StudioError(
      'disk-full',
      `The disk is full: the model could not be written to ${out}.`,
      'Free some space, or name a folder on another disk with --out.',
      { cause: error },
    )
  if (error instanceof StudioError) return error
  return new StudioError(
    'bad-request',
    `The model could not be written to ${out}: ${message}.`,
    'Name another folder with --out.',
    {
      cause: error,
    },
  )
}
