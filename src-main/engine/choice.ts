/** How likely each of several continuations of a prompt is: a model's opinion without its having to write one. */
import { StudioError } from '../contract/errors.ts'
import type { Jobs } from '../contract/jobs.ts'
import { isTrainedToTalk, policyOf, promptIdsOf } from './inference.ts'
import { batchOf, nextTokenLogProbs, type Sequence, sizeOf } from './model/batch.ts'
import { type BackendName, openBackend } from './tensor/index.ts'
import { tf } from './tensor/tf.ts'

/**
 * The prompt is written by the model's chat template if it has one, and each choice is then the beginning of the reply; else the choice comes
 * after the prompt and a blank.
 * @returns of each choice the natural log-probability of its tokens after the prompt, at temperature 1
 * @throws StudioError bad-model, backend; bad-request for text outside the vocabulary, or more tokens than the model holds
 */
export async function choose({
  modelDir,
  prompt,
  choices,
  backend,
}: Jobs['choose']['ask']): Promise<Jobs['choose']['answer']> {
  await openBackend(backend as BackendName | undefined)
  const policy = policyOf(modelDir)
  const promptIds = await promptIdsOf(policy, { modelDir, prompt, chat: 'auto' })
  const before = isTrainedToTalk(policy) ? '' : ' '
  const sequences = choices.map((choice): Sequence => ({ promptIds, ids: policy.tokenizer.encode(before + choice) }))
  const longest = Math.max(...sequences.map(sizeOf))
  const { maxPositions } = policy.config
  if (longest > maxPositions)
    throw new StudioError(
      'bad-request',
      `The prompt and what may follow are ${longest} tokens, and ${modelDir} holds ${maxPositions}.`,
      'Shorten it, or take a model that holds more.',
    )
  const batch = batchOf(sequences)
  const perToken = tf.tidy(() => tf.sum(tf.mul(nextTokenLogProbs(policy, batch, 1), batch.mask), 1))
  const logProbs = [...(await perToken.data())].slice(0, choices.length)
  tf.dispose([perToken, batch.ids, batch.targets, batch.mask])
  return { logProbs }
}
