/** Short runs that pay for the wrong thing, and what their alerts point at. */
import { expect } from 'vitest'
import type { CourseAlert, StepReport } from '../../../src-main/contract/records.ts'
import { smallRecipe, type Transcript } from './run.ts'

/** The embedded model, made to learn fast. */
export function recipe(steps: number, settings: object, more: object = {}) {
  return smallRecipe({
    model: 'embedded',
    seed: 1,
    task: { sum: 1, chain: 1 },
    trainPrompts: 64,
    finalEvalPrompts: 8,
    stages: [{ kind: 'grpo', name: 'only', steps }],
    // nobody is there to let it go on
    pauseOn: [],
    ...more,
    settings: {
      groupSize: 8,
      promptsPerStep: 4,
      miniBatches: 2,
      learningRate: 0.0005,
      warmupSteps: 2,
      maxCompletionTokens: 64,
      beta: 0,
      ...settings,
    },
  })
}

/** Where it matters whether held-out accuracy falls: enough problems to tell. */
export const measured = { evalPrompts: 128, finalEvalPrompts: 128 }

export const kinds = (t: Transcript) => t.of('alert').map(({ alert }) => alert.kind)

/** The alert of this kind, with the texts that it points at. */
export function found(t: Transcript, kind: CourseAlert) {
  const alert = t.of('alert').find((m) => m.alert.kind === kind)?.alert
  expect(alert, `${kind} among ${kinds(t)}`).toBeDefined()
  const steps = new Map(t.of('step').map(({ report }) => [report.step, report]))
  const groupAt = (step: number, group: number) =>
    (steps.get(step) as StepReport).groups.find((g) => g.group === group)!.completions
  const samples = alert!.evidence.map(
    ({ step, group, sample }) => groupAt(step, group).find((c) => c.sample === sample)!,
  )
  /** All texts of the groups that are pointed at. */
  const said = alert!.evidence.map(({ step, group }) => groupAt(step, group).map(({ text }) => text))
  return { alert: alert!, samples, said }
}
