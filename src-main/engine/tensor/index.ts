/** The choice of tensor backend: the best one that really computes here, or the one that was asked for. */
import { performance } from 'node:perf_hooks'
import { orderFor } from '../../contract/backends.ts'
import { StudioError } from '../../contract/errors.ts'
import type { BackendProbe } from '../../contract/records.ts'
import type { Backend, BackendName, OpenedBackend } from './backend.ts'
import { checkArithmetic, measureGflops } from './check.ts'
import { tensorflow } from './tensorflow.ts'
import { tensorflowGpu } from './tensorflow-gpu.ts'
import { wasm } from './wasm.ts'
import { webgpu } from './webgpu.ts'

export type { BackendName, OpenedBackend } from './backend.ts'

/** Best first. */
export const backends: readonly Backend[] = [tensorflowGpu, webgpu, tensorflow, wasm]
export const backendNames: readonly BackendName[] = backends.map((backend) => backend.name)

/** The ladder for training a model of so many parameters. */
export function ladderFor(parameters: number): readonly Backend[] {
  return orderFor(parameters).map((name) => backends.find((backend) => backend.name === name)!)
}

/**
 * Opens a backend and makes it tfjs's current one. Without a request (argument, else GRPO_STUDIO_BACKEND) it goes down the ladder to
 * the first that computes; a request is honoured or refused, never replaced.
 * @throws StudioError `backend` when the request is unknown or cannot be honoured, or nothing computes here.
 */
export async function openBackend(requested?: BackendName, ladder = backends): Promise<OpenedBackend> {
  const name = requested ?? (process.env.GRPO_STUDIO_BACKEND || undefined)
  const rungs = name ? ladder.filter((backend) => backend.name === name) : ladder
  const names = ladder.map((backend) => backend.name).join(', ')
  if (!rungs.length)
    throw new StudioError(
      'backend',
      `There is no tensor backend "${name}".`,
      `Choose one of ${names}, or none to have the best one.`,
    )

  const probes: BackendProbe[] = []
  for (const backend of rungs) {
    const start = performance.now()
    try {
      const opened = await backend.open()
      await checkArithmetic()
      const milliseconds = performance.now() - start
      const reason = `${opened.version}, ${opened.device}, ${opened.threads} ${opened.threads === 1 ? 'thread' : 'threads'}`
      probes.push({ name: backend.name, available: true, reason, milliseconds, gflops: await measureGflops() })
      return { name: backend.name, ...opened, probes }
    } catch (error) {
      probes.push({ name: backend.name, available: false, reason: firstLine(error) })
    }
  }
  const reasons = probes.map((probe) => `${probe.name}: ${probe.reason}`).join('; ')
  if (!name)
    throw new StudioError(
      'backend',
      `No tensor backend works here: ${reasons}.`,
      'Run npm run doctor, and npm start to repeat the set-up.',
    )
  throw new StudioError(
    'backend',
    `The tensor backend ${name} was asked for and cannot be used: ${probes[0].reason}.`,
    'Leave the choice of backend out to have the best one that works, or run npm run doctor to see them all.',
  )
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0].replace(/\.$/, '')
}
