/** Tensor backends, in the order in which they are tried. */

/** Best first. */
export const backendNames = ['tensorflow-gpu', 'webgpu', 'tensorflow', 'wasm'] as const
export type BackendName = (typeof backendNames)[number]

/**
 * Models of fewer parameters are trained on the processor rather than by WebGPU, where both work: each of their operations is over before the
 * next could be handed to a GPU. TensorFlow on two cores trains one of 0.8 million faster than an H100 did.
 */
export const SMALL_MODEL = 10_000_000

/** The order for training a model of so many parameters. It depends on nothing else, so that a run is given the same backend again. */
export function orderFor(parameters: number): readonly BackendName[] {
  return parameters < SMALL_MODEL ? ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm'] : backendNames
}

/** Said where that order gives another backend than the usual one. */
export function smallModels(backend: string): string {
  return `Models of less than ${SMALL_MODEL / 1e6} million parameters train on ${backend}: a GPU would wait for most of their operations.`
}
