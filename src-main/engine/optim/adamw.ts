/**
 * AdamW (Loshchilov & Hutter 2019), with bias correction, as torch.optim.AdamW computes it, of gradients that are clipped by their global norm: one
 * compiled function of all weights.
 */
import type { Settings } from '../../contract/settings.ts'
import { compiled } from '../tensor/compiled.ts'
import { type Tensor, tf } from '../tensor/tf.ts'

export interface AdamSettings {
  learningRate: number
  beta1: number
  beta2: number
  /** Default 1e-8. */
  epsilon?: number
  weightDecay: number
  /** Global norm that gradients are scaled down to; default: none. */
  maxGradNorm?: number
}

/** @param learningRate of this step */
export const adamSettings = (
  {
    adamBeta1,
    adamBeta2,
    weightDecay,
    maxGradNorm,
  }: Pick<Settings, 'adamBeta1' | 'adamBeta2' | 'weightDecay' | 'maxGradNorm'>,
  learningRate: number,
): AdamSettings => ({ learningRate, beta1: adamBeta1, beta2: adamBeta2, weightDecay, maxGradNorm })

export class AdamW {
  /** Updates made so far. */
  step = 0
  readonly firstMoments = new Map<string, Tensor>()
  readonly secondMoments = new Map<string, Tensor>()

  /**
   * Replaces every weight that has a gradient by its update; the old tensors are disposed, the gradients are not.
   * @returns the gradients' global norm before clipping; when it is not finite nothing was changed
   */
  async update(weights: Map<string, Tensor>, gradients: Map<string, Tensor>, s: AdamSettings): Promise<number> {
    const names = [...gradients.keys()]
    const old = names.map((name) => weights.get(name)!)
    const moments = [this.firstMoments, this.secondMoments].map((known) =>
      names.map((name, i) => known.get(name) ?? (tf.zerosLike(old[i]) as Tensor)),
    )
    const [norm, ...made] = withNumbers(numbersOf(s, this.step + 1), (numbers) =>
      compiled('AdamW', [numbers, ...old, ...gradients.values(), ...moments.flat()], updated),
    )
    const [value] = await norm.data()
    norm.dispose()
    if (!Number.isFinite(value)) {
      tf.dispose([...made, ...moments.flat().filter((t) => !this.holds(t))])
      return value
    }
    tf.dispose([...old, ...moments.flat()])
    names.forEach((name, i) => {
      weights.set(name, made[i])
      this.firstMoments.set(name, made[names.length + i])
      this.secondMoments.set(name, made[2 * names.length + i])
    })
    this.step++
    return value
  }

  dispose(): void {
    for (const t of [...this.firstMoments.values(), ...this.secondMoments.values()]) t.dispose()
    this.firstMoments.clear()
    this.secondMoments.clear()
  }

  private holds(moment: Tensor): boolean {
    return [this.firstMoments, this.secondMoments].some((known) => [...known.values()].includes(moment))
  }
}

/** All that changes from step to step is an input, so that one graph serves all steps. */
function numbersOf(s: AdamSettings, step: number): number[] {
  const stepSize = s.learningRate / (1 - s.beta1 ** step)
  const correction = Math.sqrt(1 - s.beta2 ** step)
  const kept = 1 - s.learningRate * s.weightDecay
  // 32-bit floats have no infinity that is safe to divide: a limit that no norm reaches does the same
  const limit = Math.min(s.maxGradNorm ?? Number.POSITIVE_INFINITY, 1e38)
  return [limit, s.beta1, 1 - s.beta1, s.beta2, 1 - s.beta2, correction, s.epsilon ?? 1e-8, kept, stepSize]
}

function withNumbers<T>(values: number[], f: (numbers: Tensor) => T): T {
  const numbers = tf.tensor1d(values)
  const result = f(numbers)
  numbers.dispose()
  return result
}

/** @param given numbers, then weights, gradients, first and second moments @returns norm, then weights, first and second moments */
function updated([numbers, ...given]: Tensor[]): Tensor[] {
  const [limit, beta1, rest1, beta2, rest2, correction, epsilon, kept, stepSize] = tf
    .split(numbers, numbers.size)
    .map((t) => t.asScalar())
  const count = given.length / 4
  const [weights, gradients, firsts, seconds] = [0, 1, 2, 3].map((k) => given.slice(k * count, (k + 1) * count))
  const norm = normOf(gradients)
  // as torch's clip_grad_norm_
  const scale = tf.minimum(1, tf.div(limit, tf.add(norm, 1e-6)))
  const results = weights.map((weight, i) => {
    const g = tf.mul(gradients[i], scale)
    const first = tf.add(tf.mul(firsts[i], beta1), tf.mul(g, rest1))
    const second = tf.add(tf.mul(seconds[i], beta2), tf.mul(tf.square(g), rest2))
    const denominator = tf.add(tf.div(tf.sqrt(second), correction), epsilon)
    return [tf.sub(tf.mul(weight, kept), tf.div(tf.mul(first, stepSize), denominator)), first, second]
  })
  return [norm, ...[0, 1, 2].flatMap((part) => results.map((result) => result[part]))]
}

/** L2 norm of all together, a scalar. */
function normOf(gradients: Tensor[]): Tensor {
  return tf.sqrt(tf.sum(tf.stack(gradients.map((g) => tf.sum(tf.square(g))))))
}

/** Global L2 norm over all gradients; NaN or infinite when any of them is. */
export async function globalNorm(gradients: Iterable<Tensor>): Promise<number> {
  const norm = tf.tidy(() => normOf([...gradients]))
  const [value] = await norm.data()
  norm.dispose()
  return value
}

/** Linear warm-up from learningRate/warmup to learningRate. @param step from 1 */
export function warmedUp(learningRate: number, step: number, warmupSteps: number): number {
  return warmupSteps === 0 ? learningRate : learningRate * Math.min(1, step / warmupSteps)
}
