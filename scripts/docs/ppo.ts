/** The table of PPO beside GRPO, out of what `npm run bench -- ppo` measured. */
import { table } from './markdown.ts'

/** As test/bench/ppo.ts prints it: a run each. */
export type PpoFigures = {
  arm: string
  seed: number
  answers: number
  accuracy: number
  meanLength: number
  course: { step: number; accuracy: number }[]
  seconds: number
  processorSeconds: number
  steps: number
  secondsPerStep: number
  secondsOfCritic: number
  bytes: number
  /** Of the last steps; null without a critic. */
  explained: number | null
}[]

/** On the way, where the arms still differ. */
const HALFWAY = 50

export function ppoFigureTable(figures: PpoFigures | undefined): string {
  const arms = [...new Set((figures ?? []).map(({ arm }) => arm))]
  const rows = arms.map((arm) => {
    const runs = figures!.filter((run) => run.arm === arm)
    const each = (pick: (run: PpoFigures[number]) => number, show: (value: number) => string) =>
      runs.map((run) => show(pick(run))).join(' · ')
    const mean = (pick: (run: PpoFigures[number]) => number) => runs.reduce((sum, r) => sum + pick(r), 0) / runs.length
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`
    return [
      arm,
      each((r) => r.course.find(({ step }) => step === HALFWAY)?.accuracy ?? Number.NaN, percent),
      `**${each((r) => r.accuracy, percent)}**`,
      each(
        (r) => r.meanLength,
        (n) => n.toFixed(1),
      ),
      `${mean((r) => r.secondsPerStep).toFixed(2)} s`,
      runs[0].explained === null ? '–' : `${mean((r) => r.secondsOfCritic).toFixed(2)} s`,
      `${mean((r) => r.processorSeconds).toFixed(0)} s`,
      `${Math.round(mean((r) => r.bytes) / 2 ** 20)} MiB`,
      runs[0].explained === null
        ? '–'
        : each(
            (r) => r.explained!,
            (x) => x.toFixed(2),
          ),
    ]
  })
  return table(
    [
      'advantages',
      `pass@1 after ${HALFWAY} steps`,
      'pass@1 at the end',
      'length',
      's/step',
      'of it critic',
      'processor time, whole run',
      'memory',
      'explained variance',
    ],
    rows,
  )
}
