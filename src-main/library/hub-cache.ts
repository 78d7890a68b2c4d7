/** Models that Hugging Face's own tools fetched on this machine: found in their cache, never changed there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** HF_HUB_CACHE, else `hub` in HF_HOME, else in ~/.cache/huggingface: as huggingface_hub looks for it. */
export function hubCache(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HF_HUB_CACHE) return env.HF_HUB_CACHE
  if (env.HF_HOME) return join(env.HF_HOME, 'hub')
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'huggingface', 'hub')
}

/**
 * The snapshot of a model that `main` means, or else the only one there is.
 * @param name owner/name
 * @returns undefined if there is none, or only a part that is no model
 */
export function snapshotOf(name: string, cache = hubCache()): string | undefined {
  const folder = join(cache, `models--${name.replace('/', '--')}`)
  const snapshots = join(folder, 'snapshots')
  if (!existsSync(snapshots)) return undefined
  const main = join(folder, 'refs', 'main')
  const all = readdirSync(snapshots)
  const commit = existsSync(main) ? readFileSync(main, 'utf8').trim() : all.length === 1 ? all[0] : undefined
  if (commit === undefined || !all.includes(commit)) return undefined
  const found = join(snapshots, commit)
  const weights = ['model.safetensors', 'model.safetensors.index.json'].some((file) => existsSync(join(found, file)))
  return weights && existsSync(join(found, 'config.json')) ? found : undefined
}
