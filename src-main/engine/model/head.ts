/**
 * The model's head: log-probabilities and entropies straight from hidden states. With a large vocabulary they are worked out in parts of it, a
 * part's logits being made, used and freed before the next one's, and made again for the gradient (as Wijmans et al. 2024, "Cut your losses",
 * and Liger-Kernel): no tensor has the vocabulary beside the tokens, neither here nor among what the gradient keeps.
 */
import { after } from '../tensor/recomputed.ts'
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'
import { entropyOf, logProbOf } from './operations.ts'

/** Entries of the vocabulary in a part. Greater parts spill out of the processor's cache, smaller ones are more operations. */
const PART = 4096

/** Entries of a vocabulary whose logits are there at once. */
export const logitsAtOnce = (vocabulary: number): number => (vocabulary <= 2 * PART ? vocabulary : PART)

export interface Predictions {
  /** [n]: log-probability of each target under softmax(logits / temperature). */
  logProbs: Tensor
  /** [n]: entropy of that distribution, in nats. */
  entropies: Tensor
}

/**
 * Differentiable in `hidden`, and in `head` if it is trained.
 * @param hidden [n, width] @param head [vocabulary, width] @param targets [n] int32
 * @param trained false: no gradient of the head is worked out, as beside adapters
 * @param part a vocabulary of up to two of them is one piece
 */
export function predictions(
  hidden: Tensor2D,
  head: Tensor2D,
  targets: Tensor,
  temperature: number,
  trained: boolean,
  part = PART,
): Predictions {
  if (head.shape[0] <= 2 * part) {
    const logits = tf.matMul(hidden, head, false, true) as Tensor2D
    return { logProbs: logProbOf(logits, targets, temperature), entropies: entropyOf(logits, temperature) }
  }
  const given = { head, targets: targets.toInt(), temperature, trained, parts: partsOf(head.shape[0], part) }
  const { logSums, entropies } = summary(hidden, given)
  return { logProbs: logProbs(hidden, logSums, given), entropies: differentiable(hidden, logSums, entropies, given) }
}

export interface Foretold {
  /** [n]: log-probability of each target. */
  logProbs: Tensor
  /** [n]: 1 where no token is likelier than the target, else 0; of equally likely ones the first counts. */
  likeliest: Tensor
}

/** In one pass over the parts, forward alone. Shapes as in `predictions`, at temperature 1. */
export function foretold(hidden: Tensor2D, head: Tensor2D, targets: Tensor, part = PART): Foretold {
  const ids = targets.toInt()
  let state: Tensor[] = []
  for (const [from, count] of head.shape[0] <= 2 * part
    ? [[0, head.shape[0]] as const]
    : partsOf(head.shape[0], part)) {
    const before = state
    state = tf.tidy(() => {
      const { logits } = logitsOfPart(hidden, head, [from, count], before[0])
      const greatest = tf.max(logits, 1, true)
      const first = column(tf.add(tf.argMax(logits, 1).toFloat(), from))
      if (before.length === 0) return [greatest, tf.sum(tf.exp(tf.sub(logits, greatest)), 1, true), first]
      const [m0, s0, first0] = before
      const m = tf.maximum(m0, greatest)
      const s = tf.add(tf.mul(s0, tf.exp(tf.sub(m0, m))), tf.sum(tf.exp(tf.sub(logits, m)), 1, true))
      return [m, s, tf.where(tf.greater(greatest, m0), first, first0)]
    })
    tf.dispose(before)
  }
  const [m, s, first] = state
  const own = tf.sum(tf.mul(hidden, tf.gather(head, ids)), 1, true)
  return {
    logProbs: tf.sub(own, tf.add(m, tf.log(s))).flatten(),
    likeliest: tf.equal(first.flatten(), ids.toFloat()).toFloat(),
  }
}

interface Given {
  head: Tensor2D
  targets: Tensor
  temperature: number
  trained: boolean
  parts: [from: number, count: number][]
}

type Save = (tensors: Tensor[]) => void

function partsOf(vocabulary: number, part: number): [from: number, count: number][] {
  const count = Math.ceil(vocabulary / part)
  const start = (i: number) => Math.floor((i * vocabulary) / count)
  return Array.from({ length: count }, (_, i) => [start(i), start(i + 1) - start(i)])
}

const column = (x: Tensor) => x.reshape([-1, 1])

/** Logits of one part divided by the temperature, computed after another tensor is there: parts beside one another would need the memory of all. */
function logitsOfPart(scaled: Tensor2D, head: Tensor2D, [from, count]: [number, number], previous?: Tensor) {
  const rows = tf.slice(head, [from, 0], [count, head.shape[1]])
  const input = previous ? (after(scaled, previous) as Tensor2D) : scaled
  return { rows, logits: tf.matMul(input, rows, false, true) as Tensor2D }
}

/**
 * log Σ exp(logit) and the entropy of each row, [n, 1] each, in one pass (Milakov & Gimelshein 2018): of the parts so far it has the greatest
 * logit m, s = Σ exp(l − m) and t = Σ (l − m)·exp(l − m). The entropy is log s − t / s. Not differentiable by itself: what needs it says how.
 */
function summary(hidden: Tensor2D, { head, temperature, parts }: Given): { logSums: Tensor; entropies: Tensor } {
  const apart = tf.customGrad((h) => {
    const scaled = tf.div(h as Tensor, temperature) as Tensor2D
    let state: Tensor[] = []
    for (const part of parts) {
      const before = state
      state = tf.tidy(() => {
        const { logits } = logitsOfPart(scaled, head, part, before[0])
        const greatest = tf.max(logits, 1, true)
        const m = before.length > 0 ? tf.maximum(before[0], greatest) : greatest
        const lower = tf.sub(logits, m)
        const shares = tf.exp(lower)
        const s = tf.sum(shares, 1, true)
        const t = tf.sum(tf.mul(shares, lower), 1, true)
        if (before.length === 0) return [m, s, t]
        const [m0, s0, t0] = before
        const fall = tf.sub(m0, m)
        const factor = tf.exp(fall)
        return [m, tf.add(s, tf.mul(factor, s0)), tf.add(t, tf.mul(factor, tf.add(t0, tf.mul(fall, s0))))]
      })
      tf.dispose(before)
    }
    const [m, s, t] = state
    const value = tf.concat([tf.add(m, tf.log(s)), tf.sub(tf.log(s), tf.div(t, s))], 1)
    return { value, gradFunc: () => tf.zerosLike(h as Tensor) }
  })
  const [logSums, entropies] = tf.split(apart(hidden), 2, 1)
  return { logSums, entropies }
}

function logProbs(hidden: Tensor2D, logSums: Tensor, given: Given): Tensor {
  const { head, targets, temperature, trained } = given
  const pick = tf.customGrad((...args) => {
    const save = args.pop() as unknown as Save
    const [h, w = head] = args as unknown as Tensor2D[]
    save([h, w, targets, logSums])
    const own = tf.sum(tf.mul(h, tf.gather(w, targets)), 1, true)
    return {
      value: tf.sub(tf.div(own, temperature), logSums).flatten(),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [h, w, ids, sums] = saved as Tensor2D[]
        const d = column(tf.div(dy, temperature))
        // d logp / d logits: 1 at the target, less the distribution
        const rest = backThroughParts(h, { ...given, head: w }, (logits) =>
          tf.mul(tf.exp(tf.sub(logits, sums)), tf.neg(d)),
        )
        const dh = tf.add(rest.hidden, tf.mul(tf.gather(w, ids), d))
        if (!trained) return [dh]
        return [dh, tf.add(rest.head(), tf.unsortedSegmentSum(tf.mul(h, d), ids as never, w.shape[0]))]
      },
    }
  })
  return trained ? pick(hidden, head) : pick(hidden)
}

/** The entropies as a function of the hidden states: dH/dlogits = −p·(log p + H) / temperature. */
function differentiable(hidden: Tensor2D, logSums: Tensor, values: Tensor, given: Given): Tensor {
  const { head, temperature, trained } = given
  const entropy = tf.customGrad((...args) => {
    const save = args.pop() as unknown as Save
    const [h, w = head] = args as unknown as Tensor2D[]
    save([h, w, logSums, values])
    return {
      value: values.flatten(),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [h, w, sums, found] = saved as Tensor2D[]
        const d = column(tf.div(dy, -temperature))
        const { hidden, head } = backThroughParts(h, { ...given, head: w }, (logits) => {
          const logp = tf.sub(logits, sums)
          return tf.mul(tf.mul(tf.exp(logp), tf.add(logp, found)), d)
        })
        return trained ? [hidden, head()] : [hidden]
      },
    }
  })
  return trained ? entropy(hidden, head) : entropy(hidden)
}

/**
 * Gradients of something by its slope with respect to the logits, part by part.
 * @param slopeOf of a part's logits, divided by the temperature: the slope before that division
 */
function backThroughParts(
  h: Tensor2D,
  { head, temperature, trained, parts }: Given,
  slopeOf: (logits: Tensor2D) => Tensor,
): { hidden: Tensor2D; head: () => Tensor2D } {
  const scaled = tf.div(h, temperature) as Tensor2D
  let sum: Tensor2D | undefined
  const byPart: Tensor2D[] = []
  for (const part of parts) {
    const before = sum
    const [dh, dw] = tf.tidy(() => {
      const { rows, logits } = logitsOfPart(scaled, head, part, before)
      const slope = slopeOf(logits) as Tensor2D
      const own = tf.matMul(slope, rows) as Tensor2D
      const dh = before ? (tf.add(before, own) as Tensor2D) : own
      return trained ? [dh, tf.matMul(slope, h, true, false) as Tensor2D] : [dh]
    })
    before?.dispose()
    sum = dh
    if (dw) byPart.push(dw)
  }
  return { hidden: sum!, head: () => tf.concat(byPart, 0) as Tensor2D }
}
