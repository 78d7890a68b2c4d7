/** The folder of a reward model as training leaves it, with weights that are none: for what only lists and deletes. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rewardModelNote, rewardModelTraining } from '../../src-main/contract/reward-models.ts'
import { NOTE } from '../../src-main/library/reward-models.ts'

const sure = { value: 0.9, low: 0.8, high: 0.95 }

export function putRewardModel(root: string, name: string, bytes: number): void {
  const folder = join(root, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.safetensors'), Buffer.alloc(bytes))
  const note = rewardModelNote.parse({
    format: 1,
    name,
    kind: 'helpfulness',
    at: '2026-01-01T08:00:00.000Z',
    base: { model: 'embedded', sha256: '0'.repeat(64) },
    training: rewardModelTraining.parse({}),
    data: {
      ...{ file: 'pairs.jsonl', sha256: '0'.repeat(64), trained: 80, heldOut: 20, leftOut: 0 },
      ...{ longerBefore: 0.5, longerAfter: 0.5 },
    },
    scores: { mean: 0, std: 1, low: -2, high: 2 },
    steps: 10,
    seconds: 5,
    report: {
      ...{ items: 20, accuracy: sure, ranking: sure, loss: 0.3, calibration: { error: 0.02, bins: [] }, points: [] },
      length: {
        ...{ correlation: { value: 0, low: -0.1, high: 0.1 }, longerWins: 0.5 },
        ...{ shorterPreferred: null, longerPreferred: null, withoutLength: null },
      },
    },
  })
  writeFileSync(join(folder, NOTE), JSON.stringify(note))
}
