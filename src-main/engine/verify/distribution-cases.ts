/** Log-probability and entropy of given logits, with their gradients, against TRL: in one piece, and in parts of the vocabulary. */
import { predictions } from '../model/head.ts'
import { entropyOf, logProbOf } from '../model/operations.ts'
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'
import { Comparisons } from './comparison.ts'
import type { DistributionCase } from './layout.ts'

export async function compareDistribution(c: DistributionCase) {
  const found = new Comparisons()
  tf.tidy(() => {
    const logits = tf.tensor2d(c.logits)
    const targets = tf.tensor1d(c.index, 'int32')
    const vocabulary = logits.shape[1]
    const where = `temperature ${c.temperature}`
    const whole = (x: Tensor2D) => ({
      logProbs: logProbOf(x, targets, c.temperature),
      entropies: entropyOf(x, c.temperature),
    })
    // a head that gives what it is given
    const inParts = (x: Tensor2D) =>
      predictions(x, tf.eye(vocabulary) as Tensor2D, targets, c.temperature, false, Math.ceil(vocabulary / 3))
    const add = (of: typeof whole, where: string) => {
      const { logProbs, entropies } = of(logits)
      found.add('log-probability', where, logProbs, c.logprob)
      found.add('entropy', where, entropies, c.entropy)
      const gradient = tf.grad((x: Tensor) => {
        const { logProbs, entropies } = of(x as Tensor2D)
        return tf.add(tf.sum(tf.mul(logProbs, c.w)), tf.sum(tf.mul(entropies, c.v)))
      })(logits)
      found.add('gradient of log-probability and entropy', where, gradient, c.grad.flat())
    }
    add(whole, where)
    add(inParts, `${where}, in parts of the vocabulary`)
  })
  return found.results()
}
