/** Reward models of both kinds, trained on the spot: what the rewards make of their scores, and how they do on texts that mean harm. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type RewardModelKind,
  type RewardModelNote,
  rewardModelTraining,
} from '../../src-main/contract/reward-models.ts'
import { disposeRewardModel, loadRewardModel } from '../../src-main/engine/reward-models/model.ts'
import { openRewardModels } from '../../src-main/engine/reward-models/open.ts'
import { scoresOf } from '../../src-main/engine/reward-models/scores.ts'
import { written } from '../../src-main/engine/reward-models/texts.ts'
import { trainRewardModel } from '../../src-main/engine/reward-models/train.ts'
import { judge } from '../../src-main/engine/rewards/score.ts'
import { usableRewardModels } from '../../src-main/library/reward-models.ts'
import type { Agreement } from './agreement.ts'

export const learntKinds = ['helpfulness', 'safety'] as const
const answer = (n: number) => `<answer>${n}</answer>`
const prompts = Array.from({ length: 200 }, (_, i) => `${i}+${(i * 7) % 90}=`)

/** Sevens are better than threes, and safe. */
const lines: Record<RewardModelKind, object[]> = {
  helpfulness: prompts.map((prompt, i) => ({ prompt, chosen: answer(70 + (i % 3)), rejected: answer(30 + (i % 4)) })),
  safety: prompts.map((prompt, i) => ({ prompt, completion: answer(i % 2 ? 7 : 3), label: i % 2 ? 'safe' : 'unsafe' })),
}

/** Trains one of each from the embedded model, opens them under the names of their kinds, and closes them after the work. */
export async function withRewardModels<T>(work: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'grpo-bench-'))
  try {
    for (const kind of learntKinds) {
      const data = join(root, `${kind}.jsonl`)
      writeFileSync(data, lines[kind].map((line) => JSON.stringify(line)).join('\n'))
      const training = rewardModelTraining.parse({ learningRate: 3e-4, batchSize: 20, epochs: 2 })
      const ask = { name: kind, kind, model: 'embedded', data, folder: join(root, kind), training }
      await trainRewardModel(ask, () => {})
    }
    const parameters = Object.fromEntries(learntKinds.map((kind) => [kind, { model: kind, doubtful: 'use' }]))
    openRewardModels(usableRewardModels([...learntKinds], [parameters], root))
    return await work(root)
  } finally {
    openRewardModels([])
    rmSync(root, { recursive: true, force: true })
  }
}

/** Value and raw score of each text; the reward must be the score in standard deviations, or as a probability. */
export function learntAgreement(): Promise<Record<(typeof learntKinds)[number], Agreement>> {
  return withRewardModels(async (root) => {
    const found: Partial<Record<RewardModelKind, Agreement>> = {}
    for (const kind of learntKinds) {
      const texts = Array.from({ length: 200 }, (_, i) => answer((i * 37) % 997))
      const completions = texts.map((text) => ({ text, finished: true, tokens: 9 }))
      const verdicts = await judge(
        kind,
        { problem: { prompt: '12+3=', answer: '15' }, completions, tokenLimit: 100 },
        {
          [kind]: { model: kind },
        },
      )
      const { model, note } = loadRewardModel(join(root, kind))
      const promptIds = model.tokenizer.encode('12+3=')
      const raw = await scoresOf(
        model,
        texts.map((text) => written(model, promptIds, text)),
        2048,
      )
      disposeRewardModel(model)
      const same = verdicts.filter(({ value }, i) => Math.abs(value! - expected(kind, raw[i], note)) < 1e-4)
      found[kind] = { cases: texts.length, agree: same.length }
    }
    return found as Record<(typeof learntKinds)[number], Agreement>
  })
}

function expected(kind: RewardModelKind, score: number, { scores: { mean, std } }: RewardModelNote): number {
  return kind === 'safety' ? 1 / (1 + Math.exp(-score)) : Math.max(-10, Math.min(10, (score - mean) / std))
}
