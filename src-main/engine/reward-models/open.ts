/** Loads reward models for the rewards of this process. */
import { StudioError } from '../../contract/errors.ts'
import { judgedPart } from '../../contract/judged-part.ts'
import type { UsableRewardModel } from '../../library/reward-models.ts'
import { type Sequence, sizeOf } from '../model/batch.ts'
import { type OpenedRewardModel, setRewardModels } from '../rewards/learnt.ts'
import { disposeRewardModel, loadRewardModel, type RewardModel } from './model.ts'
import { scoresOf } from './scores.ts'
import { written, writtenPrompts } from './texts.ts'

let loaded: RewardModel[] = []

/** In place of those that were open. @throws StudioError bad-model, checkpoint */
export function openRewardModels(models: readonly UsableRewardModel[]): void {
  setRewardModels(new Map())
  for (const model of loaded) disposeRewardModel(model)
  loaded = []
  const opened = new Map<string, OpenedRewardModel>()
  for (const { kind, asked, folder } of models) {
    const { model, note } = loadRewardModel(folder)
    loaded.push(model)
    opened.set(`${kind}/${asked}`, judgeOf(model, note.scores, note.training.microBatchTokens))
  }
  setRewardModels(opened)
}

type Unjudged = { score: null; reason: string }

/** Prompts come again step after step; so many are kept as they were written. */
const MOST_PROMPTS = 10_000

export function judgeOf(
  model: RewardModel,
  scores: OpenedRewardModel['scores'],
  microBatchTokens: number,
): OpenedRewardModel {
  const prompts = new Map<string, readonly number[] | Unjudged>()
  const promptOf = async (prompt: string) => {
    const known = prompts.get(prompt)
    if (known) return known
    if (prompts.size >= MOST_PROMPTS) prompts.clear()
    const ids = await writtenPrompts(model, [prompt]).then((all) => all.get(prompt)!, unwritten)
    prompts.set(prompt, ids)
    return ids
  }
  return {
    kind: model.kind,
    scores,
    async judge(prompt, texts) {
      const promptIds = await promptOf(prompt)
      const sequences = texts.map((text) => ('reason' in promptIds ? promptIds : sequenceOf(model, promptIds, text)))
      const judged = sequences.filter((s) => 'ids' in s)
      const values = judged.length === 0 ? [] : await scoresOf(model, judged, microBatchTokens)
      let at = 0
      return sequences.map((s) => ('ids' in s ? { score: values[at++] } : s))
    },
  }
}

function sequenceOf(model: RewardModel, promptIds: readonly number[], text: string): Sequence | Unjudged {
  const part = judgedPart(model.kind, text)
  if (part === null) return { score: null, reason: 'nothing after the thinking' }
  // a token has at most so many characters, whatever the text
  const { maxPositions } = model.config
  const tooLong = { score: null, reason: `longer than the model's ${maxPositions} tokens` } as const
  if (part.length > 64 * maxPositions) return tooLong
  try {
    const own = written(model, promptIds, part)
    return sizeOf(own) > maxPositions ? tooLong : own
  } catch (error) {
    return unwritten(error)
  }
}

function unwritten(error: unknown): Unjudged {
  if (error instanceof StudioError) return { score: null, reason: "not in the reward model's tokens" }
  throw error
}
