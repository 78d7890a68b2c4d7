/** What was noted of a function, as WebGPU runs it from then on: one pass of dispatches whose bindings are ready but for inputs and outputs. */
import { type Dispatch, noted, type Output, type Place } from './dispatches.ts'
import { computedOnce, needed } from './fewer-dispatches.ts'
import { type Shared, Taken } from './graph-memory.ts'
import type { Graph } from './recorder.ts'
import { type Tensor, tf } from './tf.ts'
import { ALIGNMENT, bufferOf, bytesKey, DISPATCHES_AT_ONCE, STORAGE, webGpuBackend } from './webgpu-backend.ts'

/** Of a dispatch: buffers of weights change once a step, those of a cache once a token, between the same two. */
const MOST_GROUPS = 4

/** A dispatch, and where its bindings change from call to call. */
interface Step {
  pipeline: GPUComputePipeline
  workgroups: [number, number, number]
  /** Of the bindings that do not change. */
  entries: GPUBindGroupEntry[]
  layout: GPUBindGroupLayout
  /** Which of the call's buffers, inputs then outputs, is bound where. */
  bound: { buffer: number; binding: number }[]
  /** Made for these buffers of calls. */
  groups: { buffers: GPUBuffer[]; group: GPUBindGroup }[]
}

/**
 * @param f see `noted`
 * @throws ReadsBack
 */
export function recordDispatches(inputs: Tensor[], f: (inputs: Tensor[]) => Tensor[]): Graph {
  const { dispatches, outputs } = needed(computedOnce(noted(inputs, f)))
  const results = [...new Set(outputs.map(({ place }) => place))].filter((p) => p.input === undefined && !p.constant)
  const held = inputs.map((t) => heldType(t))
  const memory = new Taken()
  const fixed = fixedBytes(dispatches)
  const steps = stepsOf(dispatches, inputs.length, results, memory, fixed)
  return {
    run(given) {
      given.forEach((t, i) => {
        if (heldType(t) !== held[i]) throw new Error(`Input ${i} is ${heldType(t)}; the graph was made for ${held[i]}.`)
      })
      const { bufferManager } = webGpuBackend()
      const made = results.map((place) => bufferManager.acquireBuffer(place.bytes, STORAGE()))
      encode(steps, [...given.map(bufferOf), ...made])
      return asTensors(outputs, given, new Map(results.map((place, i) => [place, made[i]])))
    },
    dispose() {
      memory.dispose()
      fixed.buffer.destroy()
    },
  }
}

const heldType = (t: Tensor) => webGpuBackend().tensorMap.get(t.dataId).dtype

interface Fixed {
  buffer: GPUBuffer
  at(bytes: ArrayBuffer): GPUBufferBinding
}

/** Uniforms and constants, one after the other in one buffer, equal ones once. */
function fixedBytes(dispatches: Dispatch[]): Fixed {
  const offsets = new Map<string, { offset: number; bytes: ArrayBuffer }>()
  let end = 0
  const add = (bytes: ArrayBuffer) => {
    if (offsets.has(bytesKey(bytes))) return
    offsets.set(bytesKey(bytes), { offset: end, bytes })
    end += Math.ceil(bytes.byteLength / ALIGNMENT) * ALIGNMENT
  }
  for (const { uniforms, read } of dispatches) {
    add(uniforms)
    for (const { constant } of read) if (constant) add(constant)
  }
  const { device } = webGpuBackend()
  const buffer = device.createBuffer({
    size: Math.max(end, ALIGNMENT),
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.STORAGE,
    mappedAtCreation: true,
  })
  const all = new Uint8Array(buffer.getMappedRange())
  for (const { offset, bytes } of offsets.values()) all.set(new Uint8Array(bytes), offset)
  buffer.unmap()
  return {
    buffer,
    at: (bytes) => ({ buffer, offset: offsets.get(bytesKey(bytes))!.offset, size: bytes.byteLength }),
  }
}

/** Gives every place its buffer, from the first dispatch that writes it to the last that uses it. */
function stepsOf(dispatches: Dispatch[], inputs: number, results: Place[], memory: Taken, fixed: Fixed): Step[] {
  const { device } = webGpuBackend()
  const last = new Map<Place, number>()
  dispatches.forEach(({ written, read }, i) => {
    for (const place of [written, ...read]) last.set(place, i)
  })
  const shared = new Map<Place, Shared>()
  return dispatches.map((dispatch, i) => {
    const { pipeline, workgroups, layout, written, read, uniforms } = dispatch
    const bound: Step['bound'] = []
    const entries: GPUBindGroupEntry[] = []
    const places = [written, ...read]
    places.forEach((place, binding) => {
      const result = results.indexOf(place)
      if (place.input !== undefined) bound.push({ buffer: place.input, binding })
      else if (result >= 0) bound.push({ buffer: inputs + result, binding })
      else if (place.constant) entries.push({ binding, resource: fixed.at(place.constant) })
      else {
        if (!shared.has(place)) shared.set(place, memory.take(place.bytes))
        entries.push({ binding, resource: { buffer: shared.get(place)!.buffer, size: place.bytes } })
      }
    })
    entries.push({ binding: places.length, resource: fixed.at(uniforms) })
    for (const place of new Set(places))
      if (shared.has(place) && last.get(place) === i) memory.giveBack(shared.get(place)!)
    const always = bound.length === 0 ? [{ buffers: [], group: device.createBindGroup({ layout, entries }) }] : []
    return { pipeline, workgroups, layout, entries, bound, groups: always }
  })
}

function encode(steps: Step[], buffers: GPUBuffer[]): void {
  const backend = webGpuBackend()
  let pass: GPUComputePassEncoder | null = null
  let pipeline: GPUComputePipeline | null = null
  for (const step of steps) {
    const group = groupOf(step, buffers)
    if (!pass) {
      backend.ensureCommandEncoderReady()
      backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass()
      pass = backend.computePassEncoder
      pipeline = null
    }
    if (step.pipeline !== pipeline) {
      pipeline = step.pipeline
      pass.setPipeline(pipeline)
    }
    pass.setBindGroup(0, group)
    pass.dispatchWorkgroups(...step.workgroups)
    if (++backend.dispatchCountInPass >= DISPATCHES_AT_ONCE) {
      backend.endComputePassEncoder()
      backend.submitQueue()
      pass = null
    }
  }
}

function groupOf({ bound, groups, layout, entries }: Step, buffers: GPUBuffer[]): GPUBindGroup {
  const found = groups.find((known) => bound.every(({ buffer }, i) => known.buffers[i] === buffers[buffer]))
  if (found) return found.group
  const now = bound.map(({ buffer }) => buffers[buffer])
  const all = [...entries, ...bound.map(({ binding }, i) => ({ binding, resource: { buffer: now[i] } }))]
  const group = webGpuBackend().device.createBindGroup({ layout, entries: all })
  groups.unshift({ buffers: now, group })
  if (groups.length > MOST_GROUPS) groups.pop()
  return group
}

/** Outputs that lie in the same place are holds on the same data. */
function asTensors(outputs: Output[], given: Tensor[], made: Map<Place, GPUBuffer>): Tensor[] {
  const backend = webGpuBackend()
  const first = new Map<Place, Tensor>()
  return outputs.map(({ place, shape, dtype, held }) => {
    const before = place.input === undefined ? first.get(place) : given[place.input]
    if (before) return tf.tidy(() => tf.cast(before.reshape(shape), dtype))
    const info = backend.makeTensorInfo(shape, held)
    const data = backend.tensorMap.get(info.dataId)
    if (place.constant)
      data.values =
        held === 'float32' ? new Float32Array(place.constant.slice(0)) : new Int32Array(place.constant.slice(0))
    else data.resource = made.get(place)
    const tensor = tf.engine().makeTensorFromDataId(info.dataId, shape, dtype, tf.backend())
    first.set(place, tensor)
    return tensor
  })
}
