/** A recorded function as a graph that TensorFlow runs: a GraphDef in a SavedModel of its own session. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import { withBf16Products } from './bf16.ts'
import { graphDef } from './graph-def.ts'
import { nodeBackend, type Recording, recorded, typeOf } from './recording.ts'
import { NoRule } from './result-shapes.ts'
import { NotOfSizes, ofAllSizes, pointsAround, productsOf } from './sizes.ts'
import { type Tensor, tf } from './tf.ts'

/** What varies from call to call in a function that takes all sizes from the shapes of its inputs. */
export interface Sizes {
  /** Of this call. */
  now: readonly number[]
  /** The inputs' shapes, of any sizes. */
  shapes(sizes: readonly number[]): readonly (readonly number[])[]
}

export interface Graph {
  run(inputs: Tensor[], sizes?: Sizes): Tensor[]
  dispose(): void
}

/**
 * @param f see `recorded`
 * @param options.sizes make it the graph of all sizes
 * @throws NoRule, NotOfSizes
 */
export function record(
  inputs: Tensor[],
  f: (inputs: Tensor[], sizes?: readonly number[]) => Tensor[],
  { sizes, bf16Products = false }: { sizes?: Sizes; bf16Products?: boolean } = {},
): Graph {
  const types = inputs.map(typeOf)
  const of = (shapes: readonly (readonly number[])[], now?: readonly number[]) =>
    recorded(
      shapes.map((shape, i) => ({ shape: [...shape], dtype: types[i] })),
      (given) => f(given, now),
    )
  const { binding } = nodeBackend()
  const made = (recording: Recording) => load(bf16Products ? withBf16Products(binding, recording) : recording)
  if (!sizes) return made(of(inputs.map((t) => t.shape)))
  const at = (now: readonly number[]) => {
    try {
      return of(sizes.shapes(now), now)
    } catch (error) {
      // beside the sizes at hand may lie some that the function was never meant for
      throw error instanceof NoRule ? error : new NotOfSizes((error as Error).message)
    }
  }

  const { corners, beside } = pointsAround(sizes.now)
  const recordings = corners.map(at)
  const besides = productsOf(beside, corners[0])
  const graph = made(ofAllSizes(binding, recordings, at(beside), besides))
  return {
    dispose: graph.dispose,
    run(given, { now } = sizes) {
      const products = tf.tensor1d(productsOf(now, corners[0]), 'int32')
      const results = graph.run([...given, products])
      products.dispose()
      return results
    },
  }
}

function load({ placeholders, constants, operations, outputIds }: Recording): Graph {
  const backend = nodeBackend()
  const model = graphDef(backend.binding, placeholders, constants, operations, outputIds)
  const folder = mkdtempSync(join(tmpdir(), 'grpo-graph-'))
  let session: number
  try {
    mkdirSync(join(folder, 'variables'))
    writeFileSync(join(folder, 'saved_model.pb'), model)
    session = backend.binding.loadSavedModel(folder, 'serve')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    throw new StudioError(
      'disk-full',
      `${tmpdir()} is full: there is no room for a compiled graph of ${Math.ceil(model.length / 1024)} KiB.`,
      'Free some space there, then resume; GRPO_STUDIO_EAGER=1 in the environment does without.',
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const inputNames = placeholders.map((_, i) => `in${i}:0`).join(',')
  const outputNames = outputIds.map((_, i) => `out${i}:0`).join(',')
  return {
    run: (inputs) =>
      backend.binding
        .runSavedModel(session, backend.getInputTensorIds(inputs), inputNames, outputNames)
        .map((m) => backend.createOutputTensor(m)),
    dispose: () => backend.binding.deleteSavedModel(session),
  }
}
