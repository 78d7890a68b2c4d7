/** Multiplications and additions of the passes of a step: two for each weight and token, and what attention takes (Kaplan et al. 2020, section 2.1). */
import type { BatchShape, Sizes } from './sizes.ts'

/** One forward pass of a micro-batch. */
export function forwardFlops(sizes: Sizes, { rows, length, firstOutput }: BatchShape): number {
  const { config: c } = sizes
  const tokens = rows * length
  const attention = 4 * tokens * length * c.layers * c.heads * c.headDim
  const head = 2 * rows * (length - 1 - firstOutput) * c.vocabulary * c.hidden
  return 2 * sizes.projections * tokens + attention + head
}

/**
 * Forward and backward: the gradient of a product is two products, or one where the weight stays as it is (LoRA); checkpointing goes forward
 * through the layers once more.
 */
export function trainingFlops(sizes: Sizes, shape: BatchShape, checkpointing: boolean): number {
  const forward = forwardFlops(sizes, shape)
  return forward * ((sizes.lora ? 2 : 3) + (checkpointing ? 1 : 0))
}

/** Of the keys and values that one token's query meets, in all layers: what a decode step takes for each row and each token of its past. */
export function attentionFlops({ config: c }: Sizes): number {
  return 4 * c.layers * c.heads * c.headDim
}

/** All of a micro-batch: the policy forward, backward too if it learns, and the reference forward. */
export function passFlops(sizes: Sizes, shape: BatchShape, checkpointing: boolean, backward: boolean): number {
  const forward = forwardFlops(sizes, shape)
  return forward + (backward ? trainingFlops(sizes, shape, checkpointing) : forward)
}
