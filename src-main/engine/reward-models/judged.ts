/** Items of a data set as a reward model reads them. */
import { StudioError } from '../../contract/errors.ts'
import { judgedPart } from '../../contract/judged-part.ts'
import type { RewardModelKind, RewardModelReport } from '../../contract/reward-models.ts'
import type { Sequence } from '../model/batch.ts'
import { sizeOf } from '../model/batch.ts'
import type { Policy } from '../model/policy.ts'
import type { Item } from './data.ts'
import type { RewardModel } from './model.ts'
import { reportOnOutputs, reportOnPairs } from './report.ts'
import { scoresOf } from './scores.ts'
import { textLength, written, writtenPrompts } from './texts.ts'

/** A pair's two answers, the preferred one first; or one output with its label. */
export type Example = { place: string; prompt: string } & (
  | { sequences: readonly [Sequence, Sequence]; safe?: undefined }
  | { sequences: readonly [Sequence]; safe: boolean }
)

/** What texts are written for. */
type Writer = Pick<Policy, 'config' | 'tokenizer' | 'companions'>

/** @throws StudioError bad-request naming the row: text outside the vocabulary, no answer after the thinking, more tokens than the model holds */
export async function examplesOf(policy: Writer, items: readonly Item[], source: string): Promise<Example[]> {
  const wrong = (place: string, what: string, hint: string) =>
    new StudioError('bad-request', `${source}: ${place} ${what}.`, hint)
  const prompts = await promptsOf(policy, items, wrong)
  const { maxPositions } = policy.config
  return items.map((item): Example => {
    const { place, prompt } = item
    const sequence = (text: string, field: string): Sequence => {
      let own: Sequence
      try {
        own = written(policy, prompts.get(prompt)!, text)
      } catch (error) {
        throw outside(error, place, wrong)
      }
      if (sizeOf(own) <= maxPositions) return own
      throw wrong(
        place,
        `has ${sizeOf(own)} tokens with its ${field}, and the model holds ${maxPositions}`,
        'Shorten it or leave it out.',
      )
    }
    if ('safe' in item) return { place, prompt, safe: item.safe, sequences: [sequence(item.completion, 'completion')] }
    const answer = (field: 'chosen' | 'rejected') => {
      const text = judgedPart('helpfulness', item[field])
      if (text !== null) return sequence(text, field)
      throw wrong(place, `has no answer after the thinking in its ${field}`, 'Helpfulness is of that part alone.')
    }
    return { place, prompt, sequences: [answer('chosen'), answer('rejected')] }
  })
}

type Wrong = (place: string, what: string, hint: string) => StudioError

async function promptsOf(policy: Writer, items: readonly Item[], wrong: Wrong) {
  try {
    return await writtenPrompts(
      policy,
      items.map((item) => item.prompt),
    )
  } catch (error) {
    for (const { prompt, place } of items) {
      try {
        policy.tokenizer.encode(prompt)
      } catch (own) {
        throw outside(own, place, wrong)
      }
    }
    throw error
  }
}

function outside(error: unknown, place: string, wrong: Wrong): unknown {
  if (!(error instanceof StudioError)) return error
  return wrong(place, `cannot be written in the model's tokens: ${error.message.replace(/\.$/, '')}`, error.hint)
}

/** @returns the score of each sequence, by example */
export async function scoresOfExamples(
  model: RewardModel,
  examples: readonly Example[],
  microBatchTokens: number,
): Promise<number[][]> {
  const scores = await scoresOf(
    model,
    examples.flatMap((e) => [...e.sequences]),
    microBatchTokens,
  )
  let at = 0
  return examples.map((e) => e.sequences.map(() => scores[at++]))
}

export async function reportOf(
  model: RewardModel,
  examples: readonly Example[],
  microBatchTokens: number,
  seed: number,
): Promise<RewardModelReport> {
  return reportOfScores(model.kind, examples, await scoresOfExamples(model, examples, microBatchTokens), seed)
}

/** @param scores of each example's sequences */
export function reportOfScores(
  kind: RewardModelKind,
  examples: readonly Example[],
  scores: readonly (readonly number[])[],
  seed: number,
): RewardModelReport {
  const judged = examples.map((e, i) => e.sequences.map((s, k) => ({ score: scores[i][k], tokens: textLength(s) })))
  if (kind === 'helpfulness')
    return reportOnPairs(
      judged.map(([chosen, rejected]) => [chosen, rejected]),
      seed,
    )
  return reportOnOutputs(
    judged.map(([output], i) => ({ ...output, safe: examples[i].safe! })),
    seed,
  )
}
