/** The model that adapters were made for: they are worth nothing beside other weights. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { StudioError } from '../../contract/errors.ts'
import { modelFolder } from './embedded.ts'
import { openModel } from './source.ts'
import { openFile } from './tensor-store.ts'

export const baseSchema = z.strictObject({
  /** As a recipe names it: "embedded", the name of a fetched model, or a path. */
  model: z.string().min(1),
  /** Of its files of weights, one after another. */
  sha256: z.hash('sha256'),
})
export type BaseModel = z.infer<typeof baseSchema>

const chunkBytes = 1 << 22

/** @throws StudioError bad-model, not-found */
export function baseModel(model: string): BaseModel {
  const { tensors } = openModel(modelFolder(model))
  tensors.close()
  const hash = createHash('sha256')
  for (const path of tensors.files) {
    const file = openFile(path)
    try {
      for (let at = 0; at < file.size; at += chunkBytes)
        hash.update(file.bytes(at, Math.min(chunkBytes, file.size - at)))
    } finally {
      file.close()
    }
  }
  return { model, sha256: hash.digest('hex') }
}

/** @throws StudioError checkpoint when the weights are not those that `base` was */
export function requireUnchanged({ model, sha256 }: BaseModel): void {
  const now = baseModel(model)
  if (now.sha256 === sha256) return
  throw new StudioError(
    'checkpoint',
    `The base model ${modelFolder(model)} has changed since the run began: its weights have the SHA-256 ${now.sha256.slice(0, 12)}…, not ${sha256.slice(0, 12)}….`,
    'Put the weights back that the run began with: its adapters fit no others.',
  )
}
