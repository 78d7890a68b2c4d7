/** The engine's peak memory, from the architecture, and from what was measured where it was: see `MemoryEstimate`. */
import type { MemoryEstimate } from '../../contract/estimate.ts'
import { hasCritic } from '../../contract/recipe.ts'
import { shapeOf } from '../model/batch.ts'
import type { Measured } from './measurement.ts'
import { type Situation, widestRollout } from './situation.ts'
import { activationBytes, type BatchShape, FLOAT_BYTES, type Sizes, samplingBytes } from './sizes.ts'

/** What holds where nothing was measured: found with the embedded model and SmolLM2 on Linux (docs/architecture.md). */
const usual = {
  /** Node, tfjs and libtensorflow with a session open. */
  program: 430 * 2 ** 20,
  /** Bytes held for each byte of weights while they are read: a tensor's file form beside it. */
  reading: 1.3,
  /** An allocator that keeps what was freed needs more than what is held at once. */
  fragmentation: 1.3,
}

/** The reference after the first step, and AdamW's two moments, of what is trained; of a critic its weights in the reference's place. */
const RESIDENT = 3
/** While an update ends: the sum of gradients and the newest, and weights and moments as they were before, for undoing. */
const UPDATING = 5
/** Weights as sampling takes them: projections joined, with adapters merged first. */
const joinedBytes = (sizes: Sizes) => FLOAT_BYTES * sizes.projections * (sizes.lora ? 2 : 1)

export function memoryOf(sizes: Sizes, situation: Situation, measured: Measured): MemoryEstimate {
  const peaks = [measured.update?.peaks, measured.sampling?.peaks].filter((p) => p !== undefined)
  const weightBytes = FLOAT_BYTES * sizes.parameters
  const most = (values: number[], otherwise: number) => (values.length > 0 ? Math.max(...values) : otherwise)
  const program = most(
    peaks.map((p) => p.program),
    usual.program,
  )
  const weights = most(
    peaks.map((p) => p.model),
    weightBytes * usual.reading,
  )
  const ofPolicy = RESIDENT * FLOAT_BYTES * sizes.trained
  const update = Math.max(0, updateBytes(sizes, situation, measured) - ofPolicy)
  const training = ofPolicy + criticBytes(sizes, situation)
  const sampling = samplingTotal(sizes, situation, measured)
  // one after the other, yet the allocator keeps what the one freed where the other does not find it: r1-zero-mini holds both at its peak
  const parts = { program, weights, training, work: update + sampling }
  return {
    bytes: program + weights + training + parts.work,
    parts,
    update,
    sampling,
    basis: measured.update && measured.sampling ? 'measured' : 'computed',
  }
}

/**
 * Of a critic: its weights and moments, and those before the step, which are held for undoing while the policy learns. What its own update takes
 * on top is there before the policy's, and less.
 */
function criticBytes(sizes: Sizes, { recipe }: Situation): number {
  return hasCritic(recipe) ? 2 * RESIDENT * FLOAT_BYTES * sizes.critic : 0
}

/** The largest micro-batch that the run can come to. */
export function largestBatch({ stages, longestPrompt }: Situation): BatchShape {
  const shapes = stages.map(({ settings: s }) => {
    const one = { promptIds: { length: longestPrompt }, ids: { length: s.maxCompletionTokens } }
    const { length, firstOutput } = shapeOf([one])
    const outputs = Math.ceil((s.promptsPerStep * s.groupSize) / s.miniBatches)
    const rows = 2 ** Math.floor(Math.log2(Math.max(1, Math.min(outputs, Math.floor(s.microBatchTokens / length)))))
    return { rows, length, firstOutput }
  })
  return shapes.reduce((most, shape) => (shape.rows * shape.length > most.rows * most.length ? shape : most))
}

/** Of training as a whole, what is resident included. */
function updateBytes(sizes: Sizes, situation: Situation, { update }: Measured): number {
  const checkpointing = situation.recipe.gradientCheckpointing
  const held = (shape: BatchShape, checked: boolean) => activationBytes(sizes, shape, checked)
  const wanted = held(largestBatch(situation), checkpointing)
  const state = (RESIDENT + UPDATING) * FLOAT_BYTES * sizes.trained
  if (!update) return state + usual.fragmentation * wanted
  const [small, large] = update.batches.map((b) => ({ x: held(b, update.checkpointing), y: b.bytes }))
  return through(small, large, wanted)
}

function samplingTotal(sizes: Sizes, situation: Situation, { sampling }: Measured): number {
  const wanted = samplingBytes(sizes, widestRollout(sizes, situation))
  if (!sampling) return joinedBytes(sizes) + usual.fragmentation * wanted
  const points = sampling.batches.map((b) => ({ x: samplingBytes(sizes, b), y: b.bytes }))
  const large = points.reduce((a, b) => (b.x > a.x ? b : a))
  return through(points[0], large, wanted)
}

interface Point {
  x: number
  y: number
}

/** The line through two measured points at x; never falling, and never steeper than through the larger alone. */
export function through(small: Point, large: Point, x: number): number {
  const slope = large.x > small.x ? Math.max(0, (large.y - small.y) / (large.x - small.x)) : 0
  const steepest = large.y / large.x
  // beyond what was measured what is held grows at least as it is counted
  const outward = x > large.x ? Math.max(slope, Math.min(1, steepest)) : slope
  return Math.max(0, large.y + outward * (x - large.x))
}
