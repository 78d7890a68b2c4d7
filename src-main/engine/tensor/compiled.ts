/**
 * Functions of tensors that run as one graph where TensorFlow or WebGPU is the backend, and eagerly elsewhere. A graph is recorded at the
 * first call; that call's result too comes from the graph, so that a resumed process computes the same bits as one that had recorded it long before.
 */
import { recordDispatches } from './dispatch-graph.ts'
import { ReadsBack } from './dispatches.ts'
import { type Graph, record, type Sizes } from './recorder.ts'
import { NoRule } from './result-shapes.ts'
import { NotOfSizes } from './sizes.ts'
import { type Tensor, tf } from './tf.ts'

export const compiling = {
  /** GRPO_STUDIO_EAGER=1 computes everything eagerly: slower, and the definition that graphs are tested against. */
  enabled: process.env.GRPO_STUDIO_EAGER !== '1',
  /** Graphs multiply matrices as bfloat16. */
  bf16Products: false,
}

const graphs = new Map<string, Graph>()
/** Oldest graphs go first. One of TensorFlow's holds a session of its own, about 10 MiB; one of WebGPU's is of one size, and under 1 MiB. */
const MOST_GRAPHS: Record<string, number> = { tensorflow: 64, webgpu: 256 }
/** What cannot be recorded, and what cannot be recorded for all sizes. */
const exceptions = new Set<string>()

/** Graphs that are held now. */
export const graphCount = () => graphs.size

/** A function of tensors, and of the sizes that it is compiled for. */
export type OfTensors = (inputs: Tensor[], sizes: readonly number[]) => Tensor[]

/**
 * @param key names f and every number that it uses besides its inputs
 * @param inputs all tensors that f depends on
 * @param f is called in a scope of its own: what it does not return is disposed
 * @param sizes one graph serves all of them; without it each shape of the inputs has its own. f must take them from the inputs' shapes or from
 * what it is given, never from what surrounds it
 * @returns the caller's to dispose
 */
export function compiled(key: string, inputs: Tensor[], f: OfTensors, sizes?: Sizes): Tensor[] {
  // an input that is given back is a second hold on it, so that the caller may dispose both
  const scoped = (given: Tensor[], now = sizes?.now ?? []) =>
    tf.tidy(() => f(given, now).map((t) => (given.includes(t) ? tf.clone(t) : t)))
  const backend = tf.getBackend()
  if (!compiling.enabled || !(backend in MOST_GRAPHS)) return scoped(inputs)
  // WebGPU's programs are of shapes
  if (sizes && backend === 'webgpu') return compiled(`${key} ${sizes.now}`, inputs, (given) => f(given, sizes.now))
  const shapes = sizes ? sizes.shapes(sizes.now.map((_, i) => -1 - i)) : inputs.map((t) => t.shape)
  const { bf16Products } = compiling
  const full = `${key} ${bf16Products} ${shapes.map((shape, i) => `${inputs[i].dtype[0]}${shape.join('x')}`).join(' ')}`
  const ofThese = (given: Tensor[]) => f(given, sizes?.now ?? [])
  if (exceptions.has(full)) return sizes ? compiled(`${key} ${sizes.now}`, inputs, ofThese) : scoped(inputs)
  let graph = graphs.get(full)
  if (!graph) {
    try {
      graph = backend === 'webgpu' ? recordDispatches(inputs, scoped) : record(inputs, scoped, { sizes, bf16Products })
    } catch (error) {
      const eagerly = error instanceof NoRule || error instanceof ReadsBack
      if (!eagerly && !(error instanceof NotOfSizes)) throw error
      const instead = eagerly ? 'runs eagerly' : 'is recorded for each size'
      console.error(`${key} ${instead}, which is slower. ${error.message}`)
      exceptions.add(full)
      return eagerly ? scoped(inputs) : compiled(`${key} ${sizes?.now}`, inputs, ofThese)
    }
    const oldest = graphs.size >= MOST_GRAPHS[backend] ? graphs.keys().next().value : undefined
    if (oldest !== undefined) {
      graphs.get(oldest)!.dispose()
      graphs.delete(oldest)
    }
  } else graphs.delete(full)
  // last used, last out
  graphs.set(full, graph)
  return graph.run(inputs, sizes)
}
