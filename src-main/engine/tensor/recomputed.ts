/**
 * Gradient checkpointing (Chen et al. 2016): a part of a function whose intermediate results are not kept for the backward pass but computed
 * again in it. Costs one more forward pass of that part, saves the memory of all that lies within it.
 */
import { type Tensor, tf } from './tf.ts'

/** What tfjs' engine notes while a gradient is taken; a gradient taken within a backward pass would leave it empty. */
interface TapeHolder {
  state: { activeTape: unknown[] | null }
}

type Part = (inputs: Tensor[], constants: Tensor[]) => Tensor

/**
 * @param inputs all tensors that f is differentiated by
 * @param constants all other tensors that f uses: those of its surroundings are gone when it is called again
 * @param f gives one tensor, and the same one whenever it is called
 * @returns f(inputs, constants), with the same gradient
 */
export function recomputed(inputs: Tensor[], constants: Tensor[], f: Part): Tensor {
  const custom = tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void
    const given = args as Tensor[]
    save([...given, ...constants])
    return {
      value: f(given, constants),
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        backward(f, saved.slice(0, given.length), saved.slice(given.length), dy),
    }
  })
  return custom(...inputs)
}

function backward(f: Part, inputs: Tensor[], constants: Tensor[], dy: Tensor): Tensor[] {
  const { state } = tf.engine() as unknown as TapeHolder
  const tape = state.activeTape
  // The first input is made to depend on dy: a graph would otherwise find that all this was computed before, and keep that instead.
  const [first, ...rest] = inputs
  try {
    return tf.grads((...given: Tensor[]) => f(given, constants))([after(first, dy), ...rest], dy)
  } finally {
    state.activeTape = tape
  }
}

/** x, in a graph not before another tensor is there. NaN if that one begins with NaN. */
export function after(x: Tensor, other: Tensor): Tensor {
  const one = tf.slice(other, new Array<number>(other.rank).fill(0), new Array<number>(other.rank).fill(1)).asScalar()
  // 0, which no optimiser of graphs knows to be constant
  return tf.add(x, tf.minimum(tf.relu(one), 0))
}
