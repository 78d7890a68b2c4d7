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

/** A model that a micro-batch goes through in an update: forward, backward too if it learns. */
export interface ModelPass {
  of: 'policy' | 'reference' | 'critic'
  backward: boolean
}

/** What a GRPO update does with a micro-batch. */
export const withReference = (backward: boolean): ModelPass[] => [
  { of: 'reference', backward: false },
  { of: 'policy', backward },
]

/** All that is done with a micro-batch. */
export function passFlops(sizes: Sizes, shape: BatchShape, checkpointing: boolean, models: ModelPass[]): number {
  const flops = models.map(({ of, backward }) => {
    // a critic has no logits
    const own = of === 'critic' ? { ...shape, firstOutput: shape.length - 1 } : shape
    return backward ? trainingFlops(sizes, own, checkpointing) : forwardFlops(sizes, own)
  })
  return flops.reduce((sum, n) => sum + n, 0)
}
