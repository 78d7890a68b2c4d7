/** Log-probability and entropy of given logits, with their gradients, against TRL. */
import { entropyOf, logProbOf } from '../model/operations.ts'
import { type Tensor2D, tf } from '../tensor/tf.ts'
import { Comparisons } from './comparison.ts'
import type { DistributionCase } from './layout.ts'

export async function compareDistribution(c: DistributionCase) {
  const found = new Comparisons()
  tf.tidy(() => {
    const logits = tf.tensor2d(c.logits)
    const targets = tf.tensor1d(c.index, 'int32')
    const where = `temperature ${c.temperature}`
    found.add('log-probability', where, logProbOf(logits, targets, c.temperature), c.logprob)
    found.add('entropy', where, entropyOf(logits, c.temperature), c.entropy)
    const gradient = tf.grad((x) =>
      tf.add(
        tf.sum(tf.mul(logProbOf(x as Tensor2D, targets, c.temperature), c.w)),
        tf.sum(tf.mul(entropyOf(x as Tensor2D, c.temperature), c.v)),
      ),
    )(logits)
    found.add('gradient of log-probability and entropy', where, gradient, c.grad.flat())
  })
  return found.results()
}
