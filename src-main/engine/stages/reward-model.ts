/**
 * A reward-model stage (Guo et al. 2025, Methods): helpfulness from pairs, safety point by point. The policy stays as it is; the reward model that
 * comes of it lies in the run's folder, and rewards of later stages know it by the stage's name.
 */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Recipe } from '../../contract/recipe.ts'
import type { StepReport } from '../../contract/records.ts'
import type { RewardModelNote, RewardModelTraining } from '../../contract/reward-models.ts'
import type { StageOf } from '../../contract/stages.ts'
import { type DataRow, readDataRows } from '../../library/data-files.ts'
import { ownRewardModel } from '../../library/reward-models.ts'
import { type BaseModel, baseModel } from '../model/base.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import { modelFolder } from '../model/embedded.ts'
import { copyWeights } from '../model/model.ts'
import { loadPolicy, type Policy } from '../model/policy.ts'
import { tensorsOf } from '../model/tensor-files.ts'
import { randomAt } from '../random.ts'
import { readItems } from '../reward-models/data.ts'
import { type Example, examplesOf } from '../reward-models/judged.ts'
import { type RewardModel, saveRewardModel } from '../reward-models/model.ts'
import { begin, learn, lossOf, noteOf, type Parts, partsOf } from '../reward-models/train.ts'
import { drawLabelled, drawPreference } from '../tasks/requests.ts'
import { drawTraining } from '../tasks/sets.ts'
import { type LearningStep, learningStep } from './learning.ts'

type RewardModelStage = StageOf<'reward-model'>

/** Before its first step. @throws StudioError bad-model, not-found */
export function freshRewardModel(stage: RewardModelStage, policy: Policy, { seed }: Pick<Recipe, 'seed'>): RewardModel {
  const { model, lora, judges } = stage
  const base =
    model === undefined ? { ...policy, weights: copyWeights(policy.weights) } : loadPolicy(modelFolder(model))
  return begin(base, judges, model ?? 'policy', { lora, seed })
}

export interface RewardModelData extends Parts {
  file: string
  sha256: string
}

/** @throws StudioError bad-request naming the line that is wrong, or for too little of it */
export async function rewardModelData(
  stage: RewardModelStage,
  recipe: Pick<Recipe, 'seed'>,
  model: Pick<Policy, 'config' | 'tokenizer' | 'companions'>,
): Promise<RewardModelData> {
  const { data, judges, heldOut, balanceLengths } = stage
  const source = 'file' in data ? data.file : 'The generated requests'
  const { rows, sha256 } =
    'file' in data ? await readDataRows(data.file, 'reward-model') : rowsOf(stage, data.requests, recipe.seed)
  const items = readItems(judges, rows, source)
  const examples = await examplesOf(model, items, source)
  const parts = partsOf(judges, examples, items, { heldOut, balanceLengths }, source)
  return { ...parts, file: 'file' in data ? basename(data.file) : `${data.requests} generated requests`, sha256 }
}

/** Of the training part, so that no evaluation's request is among them. */
function rowsOf({ judges }: RewardModelStage, count: number, seed: number): { rows: DataRow[]; sha256: string } {
  const random = randomAt(seed, 'reward-model', judges)
  const draw = judges === 'helpfulness' ? drawPreference : drawLabelled
  const values = Array.from({ length: count }, () => draw(random, drawTraining(random, 'request').prompt))
  return {
    rows: values.map((value, i) => ({ place: `request ${i + 1}`, value })),
    sha256: createHash('sha256').update(JSON.stringify(values)).digest('hex'),
  }
}

export interface RewardModelStep extends LearningStep {
  state: Checkpoint
  data: RewardModelData
}

/** Updates the reward model in place. @throws NonFiniteError before anything changed */
export function rewardModelStep(run: RewardModelStep): Promise<StepReport> {
  const { settings, state, data } = run
  const model = state.rewardModel!
  return learningStep(run, {
    ...data,
    learn: async (batch, learningRate) => {
      await run.progress('update', 0)
      const { loss, right, gradNorm } = await learn(model, batch, state.optimizer, learningRate, settings)
      await run.progress('update', 1)
      return { loss, gradNorm, metrics: { 'reward_model/accuracy': right / batch.length } }
    },
    look: async (heldOut) => {
      const { loss, right } = await lossOf(model, heldOut, settings.microBatchTokens)
      return { eval_loss: loss, 'reward_model/eval_accuracy': right / heldOut.length }
    },
    tokensOf,
  })
}

const tokensOf = ({ sequences }: Example) => sequences.reduce((sum, { ids }) => sum + ids.length, 0)

/**
 * Measures what was trained and puts it into the run's folder, where one of this name is replaced.
 * @param seconds that training took
 * @throws what the disk refuses
 */
export async function keepRewardModel(
  stage: RewardModelStage,
  recipe: Pick<Recipe, 'seed'>,
  state: Checkpoint,
  data: RewardModelData,
  runFolder: string,
  seconds: number,
): Promise<RewardModelNote> {
  const { position, optimizer } = state
  const { name, model, lora, heldOut, balanceLengths } = stage
  const s = position.settings
  const training: RewardModelTraining = {
    epochs: Math.max(1, Math.ceil((optimizer.step * s.promptsPerStep) / data.training.length)),
    batchSize: s.promptsPerStep,
    learningRate: s.learningRate,
    warmupSteps: s.warmupSteps,
    weightDecay: s.weightDecay,
    maxGradNorm: s.maxGradNorm,
    microBatchTokens: s.microBatchTokens,
    seed: recipe.seed,
    heldOut,
    balanceLengths,
    lora,
  }
  const base = model === undefined ? await policyAs(position.stageFirstStep - 1, state.policy) : baseModel(model)
  const note = await noteOf(state.rewardModel!, { name, base, training, data, steps: optimizer.step, seconds })
  const folder = ownRewardModel(runFolder, name)
  mkdirSync(dirname(folder), { recursive: true })
  await saveRewardModel(state.rewardModel!, note, data.measuredWith, folder)
  return note
}

/** The policy that it began as: no file has its name. */
async function policyAs(step: number, policy: Policy): Promise<BaseModel> {
  const hash = createHash('sha256')
  for (const { data } of (await tensorsOf(policy.weights)).values())
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return { model: `the policy after step ${step}`, sha256: hash.digest('hex') }
}
