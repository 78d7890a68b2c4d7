/** When a stage may end before its steps are done, and whether a person is asked first. */
import { z } from 'zod'

export const gateMeasures = {
  accuracy: 'accuracy',
  formatRate: 'format rate',
  meanLength: 'response length',
  reflections: '"wait" per response',
} as const
export type GateMeasure = keyof typeof gateMeasures

export const gateSchema = z.strictObject({
  /** Of the held-out evaluations. */
  metric: z.enum(Object.keys(gateMeasures) as [GateMeasure, ...GateMeasure[]]).default('accuracy'),
  /** Reached when it is at least this … */
  above: z.number().min(0).max(1_000_000).optional(),
  /** … in so many evaluations of the stage in a row. */
  evaluations: z.number().int().min(1).max(1000).default(1),
  /** Reached when none of so many evaluations in a row was better than the best of the stage before them. */
  plateau: z.number().int().min(1).max(1000).optional(),
  /** Reached when the stage has trained for so many minutes; evaluations and pauses do not count. */
  minutes: z.number().positive().max(525_600).optional(),
  /** What then happens, and when the steps are done: the next stage begins, or the run waits for a person. */
  onReach: z.enum(['go-on', 'ask']).default('go-on'),
})
export type Gate = z.infer<typeof gateSchema>

/**
 * @param values of the gate's metric in the stage's evaluations, oldest first
 * @param seconds that the stage's steps took
 * @returns why the gate is reached, or null
 */
export function gateReached(gate: Gate, values: readonly number[], seconds: number): string | null {
  const { above, evaluations, plateau, minutes } = gate
  if (minutes !== undefined && seconds >= 60 * minutes) return `it has trained for ${minutes} minutes`
  const name = gateMeasures[gate.metric]
  const last = values.slice(-evaluations)
  if (above !== undefined && last.length === evaluations && last.every((value) => value >= above))
    return `${name} was at least ${above} in ${evaluations === 1 ? 'the last evaluation' : `the last ${evaluations} evaluations`}`
  if (plateau === undefined || values.length <= plateau) return null
  const before = Math.max(...values.slice(0, -plateau))
  if (values.slice(-plateau).some((value) => value > before)) return null
  return `${name} was not above ${Number(before.toPrecision(4))} in the last ${plateau === 1 ? 'evaluation' : `${plateau} evaluations`}`
}
