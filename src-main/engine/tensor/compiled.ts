/**
 * Functions of tensors that run as one TensorFlow graph where TensorFlow is the backend, and eagerly elsewhere. A graph is recorded at the
 * first call with new shapes; that call's result too comes from the graph, so that a resumed process computes the same bits as one that
 * had recorded it long before.
 */
import { type Graph, record } from './recorder.ts'
import { NoRule } from './result-shapes.ts'
import { type Tensor, tf } from './tf.ts'

/** GRPO_STUDIO_EAGER=1 computes everything eagerly: slower, and the definition that graphs are tested against. */
export const compiling = { enabled: process.env.GRPO_STUDIO_EAGER !== '1' }

const graphs = new Map<string, Graph>()
/** What cannot be recorded. */
const eager = new Set<string>()
/** Oldest graphs go first: each holds a session of its own. */
const MOST_GRAPHS = 256

/**
 * @param key names f and every number that it uses besides its inputs
 * @param inputs all tensors that f depends on
 * @param f is called in a scope of its own: what it does not return is disposed
 * @returns the caller's to dispose
 */
export function compiled(key: string, inputs: Tensor[], f: (inputs: Tensor[]) => Tensor[]): Tensor[] {
  // an input that is given back is a second hold on it, so that the caller may dispose both
  const scoped = (given: Tensor[]) => tf.tidy(() => f(given).map((t) => (given.includes(t) ? tf.clone(t) : t)))
  if (!compiling.enabled || tf.getBackend() !== 'tensorflow') return scoped(inputs)
  const full = `${key} ${inputs.map((t) => `${t.dtype[0]}${t.shape.join('x')}`).join(' ')}`
  if (eager.has(full)) return scoped(inputs)
  let graph = graphs.get(full)
  if (!graph) {
    try {
      graph = record(inputs, scoped)
    } catch (error) {
      if (!(error instanceof NoRule)) throw error
      console.error(`${key} runs eagerly, which is slower. ${error.message}`)
      eager.add(full)
      return scoped(inputs)
    }
    const oldest = graphs.size >= MOST_GRAPHS ? graphs.keys().next().value : undefined
    if (oldest !== undefined) {
      graphs.get(oldest)!.dispose()
      graphs.delete(oldest)
    }
  } else graphs.delete(full)
  // last used, last out
  graphs.set(full, graph)
  return graph.run(inputs)
}
