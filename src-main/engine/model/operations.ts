/** The model's own differentiable operations, each with its gradient written out: fewer and cheaper kernels than tfjs' composed ones. */
import { type Tensor, type Tensor2D, type Tensor3D, tf } from '../tensor/tf.ts'

type Save = (tensors: Tensor[]) => void

/** A vocabulary up to this size takes its gradient as a product with one-hot rows; scattering many rows into few is slow. */
const ONE_HOT_VOCABULARY = 2048

/** Rows of an embedding. @param table [vocabulary, hidden] @param ids [rows, length] @returns [rows, length, hidden] */
export function embed(table: Tensor2D, ids: Tensor2D): Tensor3D {
  const [vocabulary, hidden] = table.shape
  const lookup = tf.customGrad((t, save) => {
    ;(save as Save)([ids])
    return {
      value: tf.gather(t as Tensor2D, ids),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => {
        const flat = dy.reshape([saved.size, hidden]) as Tensor2D
        const flatIds = saved.flatten().toInt()
        if (vocabulary > ONE_HOT_VOCABULARY) return tf.unsortedSegmentSum(flat, flatIds as never, vocabulary)
        return tf.matMul(tf.oneHot(flatIds, vocabulary).toFloat() as Tensor2D, flat, true, false)
      },
    }
  })
  return lookup(table) as Tensor as Tensor3D
}

/** x / sqrt(mean(x²) + ε) · weight over the last axis (Zhang & Sennrich 2019). @param x [..., n] @param weight [n] */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  const n = x.shape[x.shape.length - 1]
  const norm = tf.customGrad((x_, weight_, save) => {
    const input = x_ as Tensor
    const scale = weight_ as Tensor
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(input), -1, true), epsilon))
    const normalised = tf.mul(input, inverse)
    ;(save as unknown as Save)([normalised, inverse, scale])
    return {
      value: tf.mul(normalised, scale),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [unit, inv, w] = saved
        const du = tf.mul(dy, w)
        const dx = tf.mul(inv, tf.sub(du, tf.mul(unit, tf.mean(tf.mul(du, unit), -1, true))))
        const dw = tf.sum(tf.mul(dy, unit).reshape([-1, n]), 0)
        return [dx, dw]
      },
    }
  })
  return norm(x, weight)
}

/** Rotary embedding, half-split: x·cos + (−x₂, x₁)·sin. @param x [rows, heads, length, headDim] */
export function rotate(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const [rows, heads, length, dim] = x.shape
  const half = dim / 2
  const turn = (t: Tensor, sign: 1 | -1): Tensor => {
    const first = tf.slice(t, [0, 0, 0, 0], [rows, heads, length, half])
    const second = tf.slice(t, [0, 0, 0, half], [rows, heads, length, half])
    return sign === 1 ? tf.concat([tf.neg(second), first], 3) : tf.concat([second, tf.neg(first)], 3)
  }
  const apply = tf.customGrad((x_, save) => {
    ;(save as Save)([cos, sin])
    const input = x_ as Tensor
    return {
      value: tf.add(tf.mul(input, cos), tf.mul(turn(input, 1), sin)),
      // the transpose of a rotation is the rotation back
      gradFunc: (dy: Tensor, [c, s]: Tensor[]) => tf.add(tf.mul(dy, c), turn(tf.mul(dy, s), -1)),
    }
  })
  return apply(x)
}

/** silu(gate) · up (Shazeer 2020). @param gateUp [n, 2·width], gate first @returns [n, width] */
export function swiglu(gateUp: Tensor2D): Tensor2D {
  const apply = tf.customGrad((x_, save) => {
    const [gate, up] = tf.split(x_ as Tensor2D, 2, 1)
    const sigmoid = tf.sigmoid(gate)
    const silu = tf.mul(gate, sigmoid)
    ;(save as Save)([up, sigmoid, silu])
    return {
      value: tf.mul(silu, up),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [u, s, a] = saved
        // silu'(g) = s + g·s·(1 − s) = s + silu·(1 − s)
        const dGate = tf.mul(tf.mul(dy, u), tf.add(s, tf.mul(a, tf.sub(1, s))))
        return tf.concat([dGate, tf.mul(dy, a)], 1)
      },
    }
  })
  return apply(gateUp) as Tensor2D
}

/**
 * Log-probability of a target under softmax(logits / temperature).
 * @param logits [n, vocabulary] @param targets [n] int32 @returns [n]
 */
export function logProbOf(logits: Tensor2D, targets: Tensor, temperature: number): Tensor {
  const vocabulary = logits.shape[1]
  const pick = tf.customGrad((x, save) => {
    const scaled = temperature === 1 ? (x as Tensor) : tf.div(x as Tensor, temperature)
    const all = tf.logSoftmax(scaled as Tensor2D)
    const chosen = tf.oneHot(targets.toInt() as never, vocabulary).toFloat()
    ;(save as Save)([all, chosen])
    return {
      value: tf.sum(tf.mul(all, chosen), -1),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [logp, hot] = saved
        const g = tf.mul(tf.sub(hot, tf.exp(logp)), dy.reshape([-1, 1]))
        return temperature === 1 ? g : tf.div(g, temperature)
      },
    }
  })
  return pick(logits)
}

/**
 * Entropy in nats of softmax(logits / temperature): H = −Σ p·log p, dH/dlogits = −p·(log p + H) / temperature.
 * @param logits [n, vocabulary] @returns [n]
 */
export function entropyOf(logits: Tensor2D, temperature: number): Tensor {
  const entropy = tf.customGrad((x, save) => {
    const scaled = temperature === 1 ? (x as Tensor) : tf.div(x as Tensor, temperature)
    const all = tf.logSoftmax(scaled as Tensor2D)
    const value = tf.neg(tf.sum(tf.mul(tf.exp(all), all), -1))
    ;(save as Save)([all, value])
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [logp, h] = saved
        const slope = tf.mul(tf.exp(logp), tf.add(logp, h.reshape([-1, 1])))
        return tf.mul(slope, tf.div(dy, -temperature).reshape([-1, 1]))
      },
    }
  })
  return entropy(logits)
}
