/** A run of an engine process of its own, from its start to its end, with what it reports and takes. */
import { mkdirSync } from 'node:fs'
import type { EvaluationReport } from '../../src-main/contract/evaluation.ts'
import type { GrpoMetrics } from '../../src-main/contract/metrics.ts'
import type { Recipe } from '../../src-main/contract/recipe.ts'
import { forkEngine } from '../../src-main/host/engine-process.ts'
import { engineEntry } from '../../src-main/host/entries.ts'
import { busySeconds } from './processor.ts'
import { peakMemory } from './published-rollout.ts'

export interface EngineRun {
  steps: GrpoMetrics[]
  evaluations: EvaluationReport[]
  /** Of the process, at its peak. */
  bytes: number
  /** Evaluations and checkpoints included. */
  seconds: number
  /** Processor seconds of the same; undefined elsewhere than on Linux. */
  processorSeconds?: number
}

/** @param onStep hears of each step */
export function runEngine(
  recipe: Recipe,
  folder: string,
  backend: string | null,
  onStep: (step: number, metrics: GrpoMetrics) => void = () => {},
): Promise<EngineRun> {
  mkdirSync(folder, { recursive: true })
  const child = forkEngine(engineEntry)
  let pid = 0
  child.onSpawn((id) => {
    pid = id
  })
  child.onOutput((text) => process.stderr.write(text))
  const started = performance.now()
  const steps: GrpoMetrics[] = []
  const evaluations: EvaluationReport[] = []
  return new Promise<EngineRun>((resolve, reject) => {
    child.onExit(({ code, signal }) => reject(new Error(`The engine ended with ${signal ?? code}.`)))
    child.onMessage((message) => {
      if (message.type === 'failed') reject(new Error(message.error.message))
      if (message.type === 'evaluation') evaluations.push(message.report)
      if (message.type === 'step') {
        const metrics = message.report.metrics as GrpoMetrics
        steps.push(metrics)
        onStep(message.report.step, metrics)
        child.send({ type: 'stored', step: message.report.step })
      }
      if (message.type === 'finished')
        resolve({
          steps,
          evaluations,
          bytes: peakMemory(pid),
          seconds: (performance.now() - started) / 1000,
          processorSeconds: busySeconds(pid)?.own,
        })
    })
    child.send({ type: 'start', recipe, folder, backend, checkpoint: null, replay: [], paused: false })
  }).finally(() => child.kill())
}
