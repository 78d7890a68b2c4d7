/** The head in parts of the vocabulary, against the operations on all logits that TRL's figures are compared with. */
import { expect, it } from 'vitest'
import { foretold, predictions } from '../../src-main/engine/model/head.ts'
import { entropyOf, logProbOf } from '../../src-main/engine/model/operations.ts'
import { compiled } from '../../src-main/engine/tensor/compiled.ts'
import { type Tensor, type Tensor2D, tf } from '../../src-main/engine/tensor/tf.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'

const [n, width, vocabulary] = [7, 12, 53]
const temperature = 0.7
const normal = (shape: number[], scale: number, seed: number) => tf.randomNormal(shape, 0, scale, 'float32', seed)

const inputs = () => [
  normal([n, width], 1, 1),
  normal([vocabulary, width], 1, 2),
  // first and last of the vocabulary and of parts among them
  tf.tensor1d([0, 52, 17, 18, 9, 35, 9], 'int32'),
  normal([n], 1, 3),
  normal([n], 1, 4),
]

type Both = (hidden: Tensor2D, head: Tensor2D, targets: Tensor) => { logProbs: Tensor; entropies: Tensor }

const onLogits: Both = (hidden, head, targets) => {
  const logits = tf.matMul(hidden, head, false, true) as Tensor2D
  return { logProbs: logProbOf(logits, targets, temperature), entropies: entropyOf(logits, temperature) }
}
const inParts =
  (trained: boolean): Both =>
  (hidden, head, targets) =>
    predictions(hidden, head, targets, temperature, trained, 18)

/** Log-probabilities, entropies, and the gradients of a weighted sum of both. */
function all(both: Both, trained: boolean, [hidden, head, targets, v, w]: Tensor[]): Tensor[] {
  const { logProbs, entropies } = both(hidden as Tensor2D, head as Tensor2D, targets)
  const sum = (h: Tensor, e: Tensor) => {
    const found = both(h as Tensor2D, e as Tensor2D, targets)
    return tf.add(tf.sum(tf.mul(found.logProbs, v)), tf.sum(tf.mul(found.entropies, w)))
  }
  const grads = trained ? tf.grads(sum as never)([hidden, head]) : [tf.grad((h) => sum(h, head) as never)(hidden)]
  return [logProbs, entropies, ...grads]
}
const names = ['log-probabilities', 'entropies', 'gradient of hidden states', 'gradient of the head']

onEachBackend('a head in parts', () => {
  it.each([true, false])('gives what it gives in one piece, with its gradients (head trained: %s)', (trained) => {
    const given = inputs()
    const expected = tf.tidy(() => all(onLogits, trained, given))
    const eager = tf.tidy(() => all(inParts(trained), trained, given))
    const graph = compiled(`head in parts ${trained}`, given, (t) => all(inParts(trained), trained, t))
    for (const found of [eager, graph])
      found.forEach((t, i) => {
        expectClose('head in parts', names[i], t, [...expected[i].dataSync()])
      })
    expect(eager).toHaveLength(trained ? 4 : 3)
    tf.dispose([...given, ...expected, ...eager, ...graph])
  })

  it('holds where one logit is far above all others, or equal ones fill the vocabulary', () => {
    const head = tf.concat([tf.fill([1, 2], 400), tf.zeros([vocabulary - 1, 2])]) as Tensor2D
    const hidden = tf.tensor2d([
      [1, 0.5],
      [0, 0],
      [-1, -1],
    ])
    const { logProbs, entropies } = tf.tidy(() => inParts(false)(hidden, head, tf.tensor1d([0, 5, 5], 'int32')))
    const even = Math.log(vocabulary)
    const others = Math.log(vocabulary - 1)
    expectClose('head in parts', 'log-probabilities', logProbs, [0, -even, -others])
    expectClose('head in parts', 'entropies', entropies, [0, even, others])
    tf.dispose([head, hidden, logProbs, entropies])
  })

  it('keeps nothing of the vocabulary by the tokens for the gradient', () => {
    const [hidden, targets] = [normal([n, width], 1, 1), tf.zeros([n], 'int32')]
    const head = normal([50 * vocabulary, width], 1, 2) as Tensor2D
    const held = () => tf.memory().numBytes
    let kept = 0
    tf.tidy(() => {
      const before = held()
      tf.grad((h) => {
        const { logProbs, entropies } = inParts(false)(h as Tensor2D, head, targets)
        kept = held() - before
        return tf.add(tf.sum(logProbs), tf.sum(entropies)) as never
      })(hidden)
    })
    // each of the two outputs has a hold on the head itself, which is counted though it is no copy
    expect(kept - 2 * 4 * head.size).toBeLessThan(n * head.shape[0])
    tf.dispose([hidden, targets, head])
  })
})

onEachBackend('how well tokens are foretold', () => {
  it.each([18, 53])('is told alike from all logits and in parts of %i, the first of equal ones counting', (part) => {
    const given = inputs()
    // the third row's logits are all equal: its target is not the first of them; the fourth row's is
    const hidden = tf.concat([tf.slice(given[0], [0, 0], [5, width]), tf.zeros([2, width])]) as Tensor2D
    const likely = [...(tf.argMax(tf.matMul(hidden, given[1] as Tensor2D, false, true), 1).dataSync() as Int32Array)]
    const targets = tf.tensor1d([likely[0], likely[1] === 52 ? 51 : 52, likely[2], likely[3], 9, 0, 9], 'int32')
    const all = [hidden, given[1], targets]
    const told = ([h, e, t]: Tensor[]) => {
      const { logProbs, likeliest } = foretold(h as Tensor2D, e as Tensor2D, t, part)
      return [logProbs, likeliest]
    }
    const logits = tf.matMul(hidden, given[1] as Tensor2D, false, true) as Tensor2D
    const expected = [...logProbOf(logits, targets, 1).dataSync()]
    const right = [1, 0, 1, 1, likely[4] === 9 ? 1 : 0, 1, 0]
    for (const [logProbs, likeliest] of [
      tf.tidy(() => told(all)),
      compiled(`foretold in parts of ${part}`, all, told),
    ]) {
      expectClose('foretold', 'log-probabilities', logProbs, expected)
      expect([...likeliest.dataSync()]).toEqual(right)
      tf.dispose([logProbs, likeliest])
    }
    tf.dispose([...given, ...all, logits])
  })

  it('without a tensor of the vocabulary by the tokens', () => {
    const [tokens, words] = [64, 40 * vocabulary]
    const [hidden, head] = [normal([tokens, width], 1, 1), normal([words, width], 1, 2)] as Tensor2D[]
    let largest = 0
    const watched = tf.engine() as unknown as { makeTensorFromTensorInfo(...args: never[]): Tensor }
    const make = watched.makeTensorFromTensorInfo
    watched.makeTensorFromTensorInfo = function (...args) {
      const made = make.apply(this, args)
      largest = Math.max(largest, made.size)
      return made
    }
    try {
      tf.tidy(() => void foretold(hidden, head, tf.zeros([tokens], 'int32'), vocabulary))
    } finally {
      watched.makeTensorFromTensorInfo = make
    }
    expect(largest).toBeGreaterThanOrEqual(tokens * vocabulary)
    expect(largest).toBeLessThan(2 * tokens * vocabulary)
    tf.dispose([hidden, head])
  })
})
