/** Trains a reward model (Guo et al. 2025, Methods: helpfulness on pairs, safety point by point) and measures it on held-out prompts. */
import { basename } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import type { Jobs } from '../../contract/jobs.ts'
import type { RewardModelKind, RewardModelNote, RewardModelTraining } from '../../contract/reward-models.ts'
import { readDataRows } from '../../library/data-files.ts'
import { NonFiniteError } from '../grpo/update.ts'
import { baseModel } from '../model/base.ts'
import { modelFolder } from '../model/embedded.ts'
import { freshAdapters } from '../model/lora.ts'
import { loadPolicy, type Policy } from '../model/policy.ts'
import { freshHead, trainedParts } from '../model/scalar-head.ts'
import { AdamW, warmedUp } from '../optim/adamw.ts'
import { randomAt } from '../random.ts'
import { type BackendName, openBackend } from '../tensor/index.ts'
import { tf } from '../tensor/tf.ts'
import { balanced, type Item, readItems, split } from './data.ts'
import { type Example, examplesOf, reportOf, scoresOfExamples } from './judged.ts'
import { labelLoss, preferenceLoss, type ScoreLoss } from './losses.ts'
import { disposeRewardModel, hasBias, loadRewardModel, type RewardModel, saveRewardModel } from './model.ts'
import { gradientOf } from './scores.ts'
import { textLength } from './texts.ts'

/** Fewer than that measure nothing. */
const LEAST_HELD_OUT = 10

type TrainJob = Jobs['train-reward-model']

/** @throws StudioError bad-request naming the row; bad-model, not-found; non-finite; disk-full, checkpoint */
export async function trainRewardModel(
  { name, kind, model: base, data, folder, training, backend }: TrainJob['ask'],
  tell: (news: TrainJob['news']) => void,
): Promise<TrainJob['answer']> {
  const started = performance.now()
  await openBackend(backend as BackendName | undefined)
  const { rows, sha256 } = await readDataRows(data, 'reward-model')
  const items = readItems(kind, rows, data)
  const model = begin(loadPolicy(modelFolder(base)), kind, base, training)
  try {
    const parts = partsOf(kind, await examplesOf(model, items, data), items, training, data)
    const steps = await optimise(model, parts.training, training, tell)
    const seconds = (performance.now() - started) / 1000
    const source = { ...parts, file: basename(data), sha256 }
    const note = await noteOf(model, { name, base: baseModel(base), training, data: source, steps, seconds })
    await saveRewardModel(model, note, parts.measuredWith, folder)
    return note
  } finally {
    disposeRewardModel(model)
  }
}

/** The two sides of a data set, and how it was balanced. */
export interface Parts {
  training: Example[]
  heldOut: Example[]
  /** The held-out ones as they were given. */
  measuredWith: readonly Item[]
  /** Left out to balance lengths. */
  leftOut: number
  longerBefore: number | null
  longerAfter: number | null
}

/** @param source what to call the data in messages @throws StudioError bad-request for too few of them */
export function partsOf(
  kind: RewardModelKind,
  all: Example[],
  items: readonly Item[],
  { heldOut, balanceLengths }: Pick<RewardModelTraining, 'heldOut' | 'balanceLengths'>,
  source: string,
): Parts {
  const used = kind === 'helpfulness' && balanceLengths ? balancedExamples(all, items) : all
  const parts = split(used, heldOut)
  const leftOut = all.length - used.length
  requireEnough(parts, kind, source, leftOut)
  const kept = new Set(parts.heldOut.map(({ place }) => place))
  const measuredWith = items.filter(({ place }) => kept.has(place))
  return { ...parts, measuredWith, leftOut, longerBefore: longerShare(kind, all), longerAfter: longerShare(kind, used) }
}

interface Trained extends Pick<RewardModelNote, 'name' | 'base' | 'training' | 'steps' | 'seconds'> {
  data: Parts & { file: string; sha256: string }
}

/** What was trained, measured on what was held out. */
export async function noteOf(model: RewardModel, { data, training, ...rest }: Trained): Promise<RewardModelNote> {
  const { heldOut, leftOut, longerBefore, longerAfter, file, sha256 } = data
  const scores = (await scoresOfExamples(model, data.training, training.microBatchTokens)).flat()
  return {
    format: 1,
    kind: model.kind,
    at: new Date().toISOString(),
    ...rest,
    training,
    data: {
      file,
      sha256,
      trained: data.training.length,
      heldOut: heldOut.length,
      leftOut,
      longerBefore,
      longerAfter,
    },
    scores: rangeOf(scores),
    report: await reportOf(model, heldOut, training.microBatchTokens, training.seed),
  }
}

type EvaluateJob = Jobs['evaluate-reward-model']

/** Measures a reward model on another file. @throws StudioError as `trainRewardModel` */
export async function evaluateRewardModel({
  folder,
  data,
  backend,
}: EvaluateJob['ask']): Promise<EvaluateJob['answer']> {
  await openBackend(backend as BackendName | undefined)
  const { model, note } = loadRewardModel(folder)
  try {
    const { rows } = await readDataRows(data, 'reward-model')
    const examples = await examplesOf(model, readItems(note.kind, rows, data), data)
    return await reportOf(model, examples, note.training.microBatchTokens, note.training.seed)
  } finally {
    disposeRewardModel(model)
  }
}

/** The model before the first step. @throws StudioError bad-request for a model that is adapters */
export function begin(
  policy: Policy,
  kind: RewardModelKind,
  base: string,
  training: Pick<RewardModelTraining, 'lora' | 'seed'>,
): RewardModel {
  if (policy.adapters)
    throw new StudioError(
      'bad-request',
      `${base} holds adapters, not a model to begin with.`,
      'Merge them first: grpo-studio export-model writes a whole model.',
    )
  const { lora, seed } = training
  const head = freshHead(policy.config.hidden, hasBias(kind))
  if (!lora) return { ...policy, kind, head }
  const adapters = freshAdapters(policy.config, policy.weights, lora, seed)
  return { ...policy, kind, head, base, adapters }
}

/** @returns steps made @throws StudioError non-finite */
export async function optimise(
  model: RewardModel,
  examples: readonly Example[],
  t: RewardModelTraining,
  tell: (news: TrainJob['news']) => void = () => {},
): Promise<number> {
  const optimizer = new AdamW()
  const perEpoch = Math.ceil(examples.length / t.batchSize)
  const steps = perEpoch * t.epochs
  try {
    for (let step = 1; step <= steps; step++) {
      const epoch = Math.floor((step - 1) / perEpoch)
      const order = randomAt(t.seed, 'reward-model', epoch).shuffle(examples.map((_, i) => i))
      const from = ((step - 1) % perEpoch) * t.batchSize
      const batch = order.slice(from, from + t.batchSize).map((i) => examples[i])
      const { loss, right } = await learn(model, batch, optimizer, warmedUp(t.learningRate, step, t.warmupSteps), t)
      tell({ step, steps, loss, accuracy: right / batch.length })
    }
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error
    throw new StudioError('non-finite', error.message, 'Lower the learning rate (--learning-rate).')
  } finally {
    optimizer.dispose()
  }
  return steps
}

/** One optimizer step. @throws NonFiniteError before the weights change */
export async function learn(
  model: RewardModel,
  examples: readonly Example[],
  optimizer: AdamW,
  learningRate: number,
  {
    microBatchTokens,
    maxGradNorm,
    weightDecay,
  }: Pick<RewardModelTraining, 'microBatchTokens' | 'maxGradNorm' | 'weightDecay'>,
): Promise<ScoreLoss & { gradNorm: number }> {
  const sequences = examples.flatMap((e) => [...e.sequences])
  const result = await lossOf(model, examples, microBatchTokens)
  if (!Number.isFinite(result.loss)) throw new NonFiniteError('loss', result.loss)
  const gradients = gradientOf(model, sequences, result.gradient, microBatchTokens)
  let gradNorm: number
  try {
    const trained = trainedParts(model)
    const adam = { learningRate, beta1: 0.9, beta2: 0.999, weightDecay, maxGradNorm }
    gradNorm = await optimizer.update(trained, gradients, adam)
    if (!Number.isFinite(gradNorm)) throw new NonFiniteError('gradient norm', gradNorm)
    for (const part of [model.weights, model.adapters?.tensors, model.head])
      for (const name of part?.keys() ?? []) if (trained.has(name)) part!.set(name, trained.get(name)!)
  } finally {
    tf.dispose([...gradients.values()])
  }
  return { ...result, gradNorm }
}

/** The loss of examples as the model is now. */
export async function lossOf(
  model: RewardModel,
  examples: readonly Example[],
  microBatchTokens: number,
): Promise<ScoreLoss> {
  const scores = (await scoresOfExamples(model, examples, microBatchTokens)).flat()
  if (model.kind === 'helpfulness') return preferenceLoss(scores)
  return labelLoss(
    scores,
    examples.map((e) => e.safe!),
  )
}

const difference = ({ sequences: [chosen, rejected] }: Example) => textLength(chosen) - textLength(rejected!)

function balancedExamples(examples: readonly Example[], items: readonly { place: string }[]): Example[] {
  const texts = new Map(items.map((item) => [item.place, item as { chosen?: string; rejected?: string }]))
  const pairs = examples.map((e) => {
    const { chosen = '', rejected = '' } = texts.get(e.place)!
    return { ...e, chosen, rejected }
  })
  const kept = new Set(balanced(pairs, difference).map((pair) => pair.place))
  return examples.filter((e) => kept.has(e.place))
}

function longerShare(kind: RewardModelKind, examples: readonly Example[]): number | null {
  const unequal = examples.filter((e) => kind === 'helpfulness' && difference(e) !== 0)
  return unequal.length === 0 ? null : unequal.filter((e) => difference(e) > 0).length / unequal.length
}

function requireEnough(
  { training, heldOut }: { training: Example[]; heldOut: Example[] },
  kind: RewardModelKind,
  data: string,
  leftOut: number,
): void {
  const what = kind === 'helpfulness' ? 'pairs' : 'outputs'
  const balance = leftOut > 0 ? ` (${leftOut} more were left out to balance lengths)` : ''
  if (training.length === 0 || heldOut.length < LEAST_HELD_OUT)
    throw new StudioError(
      'bad-request',
      `${data} has too few ${what}: ${training.length} to train on and ${heldOut.length} to measure with${balance}; at least ${LEAST_HELD_OUT} are needed to measure.`,
      leftOut > 0
        ? 'Give more data, or keep lengths as they are (--keep-lengths).'
        : 'Give more data, of more prompts.',
    )
  if (kind === 'helpfulness') return
  for (const [part, name] of [
    [training, 'train on'],
    [heldOut, 'measure with'],
  ] as const)
    if (new Set(part.map((e) => e.safe)).size < 2)
      throw new StudioError(
        'bad-request',
        `${data} has only ${part[0].safe ? 'safe' : 'unsafe'} outputs to ${name}.`,
        'Give outputs of both labels.',
      )
}

function rangeOf(scores: readonly number[]): RewardModelNote['scores'] {
  const mean = scores.reduce((sum, s) => sum + s, 0) / scores.length
  const variance = scores.reduce((sum, s) => sum + (s - mean) ** 2, 0) / Math.max(1, scores.length - 1)
  const [low, high] = scores.reduce(([l, h], s) => [Math.min(l, s), Math.max(h, s)], [Infinity, -Infinity])
  return { mean, std: Math.sqrt(variance), low, high }
}
