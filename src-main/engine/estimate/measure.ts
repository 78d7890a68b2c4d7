/** Measures a model on this machine, by computing with it. Each part in a fresh process, whose peak of memory is then that part's. */
import type { MeasureRequest } from '../../contract/jobs.ts'
import { freshState, openBackendFor } from '../start.ts'
import { measureSampling } from './measure-sampling.ts'
import { measureUpdate } from './measure-update.ts'
import { keepMeasured } from './measurement.ts'
import { peak } from './peak.ts'
import { situationOf } from './situation.ts'

/** @throws StudioError as the run would: no backend, a bad model */
export async function measure({ recipe, backend, folder, part, room }: MeasureRequest): Promise<null> {
  const opened = await openBackendFor(recipe.model, backend)
  const program = peak()
  const state = freshState(recipe)
  const { policy } = state
  policy.recomputeLayers = recipe.gradientCheckpointing
  const peaks = { program, model: peak() - program }
  const situation = await situationOf(recipe, policy)
  const about = { backend: opened.name, device: opened.device, peaks }
  const left = room - peak()
  keepMeasured(
    folder,
    policy.config,
    recipe,
    backend,
    part === 'update'
      ? { part, ...about, ...(await measureUpdate(state, situation, recipe.gradientCheckpointing, left)) }
      : { part, ...about, ...(await measureSampling(policy, situation, left)) },
  )
  return null
}
