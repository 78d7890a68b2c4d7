/** What a reward model gives texts, by the same function as in a run. */
import type { Jobs } from '../../contract/jobs.ts'
import { readNote } from '../../library/reward-models.ts'
import { judge } from '../rewards/score.ts'
import { type BackendName, openBackend } from '../tensor/index.ts'
import { openRewardModels } from './open.ts'

type TryJob = Jobs['try-reward-model']

/** @throws StudioError bad-model, checkpoint */
export async function tryRewardModel({ folder, prompt, texts, backend }: TryJob['ask']): Promise<TryJob['answer']> {
  await openBackend(backend as BackendName | undefined)
  const { kind } = readNote(folder)
  openRewardModels([{ asked: folder, kind, folder }])
  const verdicts = await judge(
    kind,
    {
      problem: { prompt, answer: '' },
      completions: texts.map((text) => ({ text, finished: true, tokens: 0 })),
      tokenLimit: 0,
    },
    { [kind]: { model: folder } },
  )
  return verdicts.map(({ value, reason, parts }) => ({
    value: value!,
    score: (parts?.score as number | undefined) ?? null,
    outside: parts?.outside === 1,
    reason,
  }))
}
