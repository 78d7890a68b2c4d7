/** AdamW (Loshchilov & Hutter 2019), with bias correction, as torch.optim.AdamW computes it. */
import { type Tensor, tf } from '../tensor/tf.ts'

export interface AdamSettings {
  learningRate: number
  beta1: number
  beta2: number
  /** Default 1e-8. */
  epsilon?: number
  weightDecay: number
}

export class AdamW {
  /** Updates made so far. */
  step = 0
  readonly firstMoments = new Map<string, Tensor>()
  readonly secondMoments = new Map<string, Tensor>()

  /** Replaces every weight that has a gradient by its update; the old tensors are disposed, the gradients are not. */
  update(weights: Map<string, Tensor>, gradients: Map<string, Tensor>, scale: number, s: AdamSettings): void {
    this.step++
    const correction1 = 1 - s.beta1 ** this.step
    const correction2 = Math.sqrt(1 - s.beta2 ** this.step)
    const epsilon = s.epsilon ?? 1e-8
    for (const [name, gradient] of gradients) {
      const weight = weights.get(name)!
      const m = this.firstMoments.get(name)
      const v = this.secondMoments.get(name)
      const [m1, v1, w1] = tf.tidy(() => {
        const g = scale === 1 ? gradient : tf.mul(gradient, scale)
        const first = m ? tf.add(tf.mul(m, s.beta1), tf.mul(g, 1 - s.beta1)) : tf.mul(g, 1 - s.beta1)
        const square = tf.mul(tf.square(g), 1 - s.beta2)
        const second = v ? tf.add(tf.mul(v, s.beta2), square) : square
        const denominator = tf.add(tf.div(tf.sqrt(second), correction2), epsilon)
        const kept = s.weightDecay === 0 ? weight : tf.mul(weight, 1 - s.learningRate * s.weightDecay)
        return [first, second, tf.sub(kept, tf.div(tf.mul(first, s.learningRate / correction1), denominator))]
      })
      m?.dispose()
      v?.dispose()
      weight.dispose()
      this.firstMoments.set(name, m1)
      this.secondMoments.set(name, v1)
      weights.set(name, w1)
    }
  }

  dispose(): void {
    for (const t of [...this.firstMoments.values(), ...this.secondMoments.values()]) t.dispose()
    this.firstMoments.clear()
    this.secondMoments.clear()
  }
}

/** Global L2 norm over all gradients; NaN or infinite when any of them is. */
export async function globalNorm(gradients: Iterable<Tensor>): Promise<number> {
  const squares = tf.tidy(() => tf.stack([...gradients].map((g) => tf.sum(tf.square(g)))))
  const values = await squares.data()
  squares.dispose()
  let sum = 0
  for (const v of values) sum += v
  return Math.sqrt(sum)
}

/** Factor that brings a gradient of this norm down to the limit, as torch's clip_grad_norm_ (which adds 1e-6). */
export function clipFactor(norm: number, limit: number): number {
  return Math.min(1, limit / (norm + 1e-6))
}

/** Linear warm-up from learningRate/warmup to learningRate. @param step from 1 */
export function warmedUp(learningRate: number, step: number, warmupSteps: number): number {
  return warmupSteps === 0 ? learningRate : learningRate * Math.min(1, step / warmupSteps)
}
