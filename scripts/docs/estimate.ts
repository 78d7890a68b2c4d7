/** The table of estimates beside measurements, out of what `npm run bench -- estimate` measured. */
import { table } from './markdown.ts'

/** As test/bench/estimate.ts prints it. */
export type EstimateFigures = {
  row: string
  steps: number
  estimated: { bytes: number; step: number; runSeconds: number }
  measured: { bytes: number; step: number; runSeconds: number }
  ratio: { memory: number; step: number; run: number }
}[]

export function estimateFigureTable(figures: EstimateFigures | undefined): string {
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`
  const seconds = (value: number) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} s`
  const beside = (show: (value: number) => string, estimated: number, measured: number, ratio: number) =>
    `${show(estimated)} / ${show(measured)} = **${ratio.toFixed(2)}**`
  return table(
    ['run', 'steps', 'memory, estimated / measured', 'a step', 'the whole'],
    (figures ?? []).map(({ row, steps, estimated: e, measured: m, ratio }) => [
      row,
      steps,
      beside(mib, e.bytes, m.bytes, ratio.memory),
      beside(seconds, e.step, m.step, ratio.step),
      beside(seconds, e.runSeconds, m.runSeconds, ratio.run),
    ]),
  )
}
