/** The rules for what operations give, against what TensorFlow gives when it executes them. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Attribute, Metadata, TypeCodes } from '../../../src-main/engine/tensor/graph-def.ts'
import { openBackend } from '../../../src-main/engine/tensor/index.ts'
import { type Known, recordable, resultsOf } from '../../../src-main/engine/tensor/result-shapes.ts'
import { type Tensor, tf } from '../../../src-main/engine/tensor/tf.ts'
import { bestBackend } from '../support/backends.ts'

interface Binding extends TypeCodes {
  createTensor(shape: number[], dtype: number, values: unknown): number
  executeOp(name: string, attributes: Attribute[], inputs: number[], count: number): Metadata[]
}

const seen = new Set<string>()
const wrong: string[] = []

/** Executes all, and notes every operation whose rule says otherwise. */
function watched(f: () => unknown): void {
  const backend = tf.backend() as unknown as { binding: Binding }
  const { binding } = backend
  const known = new Map<number, Known>()
  backend.binding = Object.create(binding, {
    createTensor: {
      value: (shape: number[], dtype: number, values: unknown) => {
        const id = binding.createTensor(shape, dtype, values)
        known.set(id, { shape, dtype, values })
        return id
      },
    },
    executeOp: {
      value: (name: string, attributes: Attribute[], ids: number[], count: number) => {
        const results = binding.executeOp(name, attributes, ids, count)
        const expected = results.map(({ shape, dtype }) => ({ shape, dtype }))
        const inputs = ids.map((id) => known.get(id)!)
        const said = resultsOf(binding, name, attributes, inputs)
        if (JSON.stringify(said) !== JSON.stringify(expected))
          wrong.push(`${name} of ${JSON.stringify(inputs)}: ${JSON.stringify(said)}, not ${JSON.stringify(expected)}`)
        for (const r of results) known.set(r.id, r)
        seen.add(name)
        return results
      },
    },
  })
  try {
    tf.tidy(() => void f())
  } finally {
    backend.binding = binding
  }
}

describe.skipIf(!bestBackend.startsWith('tensorflow'))('rules for what operations give', () => {
  beforeAll(() => openBackend(bestBackend))

  const some = (...shape: number[]) => {
    const size = shape.reduce((p, n) => p * n, 1)
    return tf.tensor(
      Array.from({ length: size }, (_, i) => 0.1 + (i % 5)),
      shape,
    )
  }
  const ids = (values: number[], ...shape: number[]) => tf.tensor(values, shape, 'int32')

  it('of one operand', () => {
    const names = 'abs ceil exp expm1 floor isFinite isInf isNaN log log1p neg reciprocal relu round rsqrt'
    const more = 'sigmoid sign softmax softplus sqrt square tanh zerosLike onesLike logSoftmax'
    for (const name of `${names} ${more}`.split(' '))
      watched(() => (tf as unknown as Record<string, (x: Tensor) => Tensor>)[name](some(2, 3)))
    watched(() => tf.cast(some(2, 3), 'int32'))
    watched(() => tf.logicalNot(tf.tensor([true, false], [2], 'bool')))
    watched(() => tf.cumsum(some(2, 3), 1))
    watched(() => [tf.fill([2, 3], 1, 'int32'), tf.range(2, 7, 2, 'int32')])
  })

  it('of two, broadcast', () => {
    const names = 'add sub mul div floorDiv mod pow maximum minimum squaredDifference'
    const truths = 'equal notEqual less lessEqual greater greaterEqual'
    for (const name of `${names} ${truths}`.split(' '))
      for (const [a, b] of [
        [some(2, 3), some(2, 3)],
        [some(4, 1, 3), some(2, 1)],
        [some(), some(2)],
      ])
        watched(() => (tf as unknown as Record<string, (x: Tensor, y: Tensor) => Tensor>)[name](a, b))
    const [a, b] = [tf.tensor([true, false], [2, 1], 'bool'), tf.tensor([true, false], [1, 2], 'bool')]
    watched(() => [tf.logicalAnd(a, b), tf.logicalOr(a, b)])
    watched(() => tf.where(a, some(2, 1), some(2, 1)))
  })

  it('over axes', () => {
    for (const keep of [true, false])
      for (const axis of [undefined, 0, -1, [0, 2]])
        watched(() => {
          const x = some(2, 3, 4)
          return [tf.sum(x, axis, keep), tf.mean(x, axis, keep), tf.max(x, axis, keep), tf.min(x, axis, keep)]
        })
    watched(() => [tf.argMax(some(2, 3, 4), 1), tf.argMax(some(5))])
    watched(() => [tf.prod(some(2, 3), 1), tf.all(tf.ones([2, 3], 'bool'), 1), tf.any(tf.ones([2, 3], 'bool'), 0)])
  })

  it('of other shapes', () => {
    watched(() => [tf.reshape(some(2, 6), [3, 4]), tf.transpose(some(2, 3, 4), [1, 2, 0]), tf.tile(some(2, 3), [2, 1])])
    watched(() => [
      tf.pad(some(2, 3) as never, [[0, 1] as never, [2, 0] as never]),
      tf.slice(some(4, 3), [1, 0], [-1, 2]),
    ])
    watched(() => [
      tf.concat([some(2, 1), some(2, 3)], 1),
      tf.split(some(2, 6), [1, 5], 1),
      tf.stack([some(2), some(2)], 1),
    ])
    watched(() => tf.split(some(4, 3), 2, 0))
  })

  it('of products, picks and sums of segments', () => {
    for (const [a, b, across, down] of [
      [some(2, 3), some(3, 4), false, false],
      [some(3, 2), some(4, 3), true, true],
      [some(5, 2, 3), some(1, 3, 4), false, false],
      [some(2, 5, 2, 3), some(2, 5, 4, 3), false, true],
    ] as const)
      watched(() => tf.matMul(a, b, across, down))
    watched(() => [tf.gather(some(4, 3), ids([3, 0], 2)), tf.gather(some(4, 3), ids([2, 0, 1, 1], 2, 2), 1)])
    watched(() => [tf.gather(some(2, 3), ids([0, 2], 2, 1), 1, 1), tf.oneHot(ids([1, 0], 2) as never, 3)])
    watched(() => tf.unsortedSegmentSum(some(4, 3), ids([0, 1, 1, 0], 4) as never, 5))
  })

  it('there are, all seen above, and all right', () => {
    expect(wrong).toEqual([])
    expect(recordable.filter((name) => !seen.has(name))).toEqual([])
  })
})
