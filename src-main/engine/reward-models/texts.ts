/** What a reward model reads of an answer, and how it is written in tokens. */
import type { Sequence } from '../model/batch.ts'
import { chatTemplateOf, renderChats } from '../model/chat-template.ts'
import type { Policy } from '../model/policy.ts'

export type WrittenPrompts = ReadonlyMap<string, readonly number[]>

/** Each prompt's tokens: as a person's message where the model has a chat template, else as it stands. */
export async function writtenPrompts(
  policy: Pick<Policy, 'tokenizer' | 'companions'>,
  prompts: readonly string[],
): Promise<WrittenPrompts> {
  const distinct = [...new Set(prompts)]
  const template = chatTemplateOf(policy.companions)
  const { tokenizer } = policy
  if (!template) return new Map(distinct.map((prompt) => [prompt, [...tokenizer.prefix, ...tokenizer.encode(prompt)]]))
  const texts = await renderChats(
    template,
    distinct.map((content) => [{ role: 'user', content }]),
  )
  return new Map(distinct.map((prompt, i) => [prompt, tokenizer.encode(texts[i])]))
}

/**
 * A prompt with a judged text and the end token; one token more, that nothing is read from.
 * @throws StudioError bad-request, quoting the piece, for text outside the vocabulary
 */
export function written(policy: Pick<Policy, 'tokenizer'>, promptIds: readonly number[], text: string): Sequence {
  const { eosId } = policy.tokenizer
  return { promptIds, ids: [...policy.tokenizer.encode(text), eosId, eosId] }
}

/** Tokens of the text itself. */
export const textLength = ({ ids }: Sequence): number => ids.length - 2
