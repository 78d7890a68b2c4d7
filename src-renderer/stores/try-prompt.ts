/** A stored prompt is taken to the playground: to the checkpoint of its run nearest to where it was met, beside the model that the run began with. */

import { t } from '../text/t.ts'
import { api } from './host.ts'
import { playgroundStore, type Speaker, type StoredPrompt } from './playground.ts'

export async function tryStored(stored: StoredPrompt, step: number): Promise<void> {
  const { runId } = stored
  const [run, checkpoints] = await Promise.all([api().runs.get({ runId }), api().runs.checkpoints({ runId })])
  const away = (at: number) => Math.abs(at - step)
  const nearest = checkpoints.toSorted((a, b) => away(a.step) - away(b.step))[0]
  const { model } = run.config
  const base: Speaker = { model, label: model }
  const speaker = nearest && {
    model: `${run.folder}/${nearest.folder}`,
    label: t('#{{number}} step {{step}}', { number: run.number, step: nearest.step }),
    of: { run: run.id, step: nearest.step },
  }
  const { sampling } = playgroundStore.getState()
  const { temperature, topP, topK, minP, maxCompletionTokens } = run.settings
  playgroundStore.setState({
    stored: { ...stored, runId: run.id },
    first: speaker ?? base,
    second: speaker ? base : null,
    sampling: { ...sampling, temperature, topP, topK, minP, maxTokens: maxCompletionTokens },
  })
}
