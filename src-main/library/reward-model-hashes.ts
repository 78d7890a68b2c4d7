/** Which reward models a run was launched with: by the hash of their weights, so that it goes on with the same ones. */
import { createHash } from 'node:crypto'
import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import type { Recipe } from '../contract/recipe.ts'
import { rewardModelsOf } from './reward-models.ts'

/** SHA-256 of its files of weights, one after another in the order of their names: what it begins as beside adapters is in its note. */
export async function weightsHash(folder: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).sort())
    if (file.endsWith('.safetensors')) for await (const part of createReadStream(join(folder, file))) hash.update(part)
  return hash.digest('hex')
}

/**
 * The recipe with the hashes of its reward models as they are now, by the name that it has for them.
 * @throws StudioError bad-model if it names another hash itself, for one that has changed since; as `rewardModelsOf`
 */
export async function withRewardModelHashes(recipe: Recipe, root: string): Promise<Recipe> {
  const models = rewardModelsOf(recipe, root)
  if (models.length === 0) return recipe
  const hashes: Record<string, string> = {}
  for (const { asked, folder } of models) {
    const now = await weightsHash(folder)
    const meant = recipe.rewardModels?.[asked]
    if (meant !== undefined && meant !== now)
      throw new StudioError(
        'bad-model',
        `The reward model ${asked} (${folder}) is another one than the run was launched with: its weights have the SHA-256 ${now.slice(0, 12)}…, not ${meant.slice(0, 12)}….`,
        'Put the one back that it was launched with, or launch the recipe again as a run of its own.',
      )
    hashes[asked] = now
  }
  return { ...recipe, rewardModels: hashes }
}
