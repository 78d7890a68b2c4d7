/** The values behind charts as comma-separated lines: every step, nothing thinned or averaged. */
import type { Columns } from '../stores/columns.ts'
import type { HeldOutPoint } from './panels.ts'

/**
 * @param names metrics, a column each
 * @param heldOut points of evaluations, in a column `held_out` with their interval; steps without one leave it empty
 */
export function valuesCsv(columns: Columns, names: readonly string[], heldOut: readonly HeldOutPoint[] = []): string {
  const measured = new Map(heldOut.map((point) => [point.step, point]))
  const steps = [...new Set([...columns.steps, ...measured.keys()])].sort((a, b) => a - b)
  const at = new Map(columns.steps.map((step, i) => [step, i]))
  const extra = heldOut.length > 0 ? ['held_out', 'held_out_low', 'held_out_high'] : []
  const lines = steps.map((step) => {
    const i = at.get(step) ?? -1
    const point = measured.get(step)
    const values = names.map((name) => columns.series[name]?.[i])
    const further = extra.length > 0 ? [point?.value, point?.low, point?.high] : []
    return [step, columns.seconds[i], ...values, ...further].map((value) => value ?? '').join()
  })
  return [['step', 'seconds', ...names, ...extra].join(), ...lines, ''].join('\r\n')
}
