/** Tables of what `npm run bench -- r1-mini` measured: accuracy and more at the end of each stage, and what the stages are set beside. */
import { table } from './markdown.ts'

interface Measured {
  accuracy: number
  meanLength: number
  languageMixing: number | null
  general?: {
    rewards: Partial<Record<'helpfulness' | 'safety', { value: number }>>
    byRule?: { helpful: { value: number }; safe: { value: number } }
  }
}

interface Run {
  minutes: number
  before: Measured | null
  stages: { name: string; kind: string; steps: number; after: Measured | null }[]
}

/** As test/bench/r1-mini.ts prints it. */
export interface R1MiniFigures {
  runs: { seed: number; whole: Run; withoutLanguage: Run; studentAlone: Run }[]
}

const none = 'not measured'

/** Mean over the seeds, with least and greatest in brackets. */
function over(values: (number | null | undefined)[], shown: (value: number) => string): string | undefined {
  const known = values.filter((v) => v !== null && v !== undefined)
  if (known.length === 0) return undefined
  const mean = known.reduce((sum, v) => sum + v, 0) / known.length
  const [least, most] = [Math.min(...known), Math.max(...known)].map(shown)
  return least === most ? shown(mean) : `${shown(mean)} (${least} to ${most})`
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const decimals = (value: number) => value.toFixed(2)

export function r1MiniStageTable(figures: R1MiniFigures | undefined): string {
  const head = [
    'after',
    'pass@1',
    'length',
    'words in another language',
    'helpfulness, by its model',
    'safety, by its model',
    'helpful, by the rule',
    'safe, by the rule',
  ]
  if (!figures) return table(head, [head.map(() => none)])
  const row = (name: string, of: (run: Run) => Measured | null) => {
    const all = figures.runs.map(({ whole }) => of(whole))
    return [
      name,
      over(
        all.map((m) => m?.accuracy),
        percent,
      ),
      over(
        all.map((m) => m?.meanLength),
        (n) => n.toFixed(1),
      ),
      over(
        all.map((m) => m?.languageMixing),
        percent,
      ),
      over(
        all.map((m) => m?.general?.rewards.helpfulness?.value),
        decimals,
      ),
      over(
        all.map((m) => m?.general?.rewards.safety?.value),
        decimals,
      ),
      over(
        all.map((m) => m?.general?.byRule?.helpful.value),
        percent,
      ),
      over(
        all.map((m) => m?.general?.byRule?.safe.value),
        percent,
      ),
    ]
  }
  const stages = figures.runs[0].whole.stages
  const rows = stages.flatMap(({ name, after }, i) => (after ? [row(name, (run) => run.stages[i].after)] : []))
  return table(head, [row('the embedded model', (run) => run.before), ...rows])
}

export function r1MiniComparisonTable(figures: R1MiniFigures | undefined): string {
  const head = ['seed', 'what', 'pass@1', 'words in another language', 'minutes']
  if (!figures) return table(head, [head.map(() => none)])
  const rows = figures.runs.flatMap(({ seed, whole, withoutLanguage, studentAlone }) => {
    const row = (what: string, run: Run, stage: string) => {
      const after = run.stages.find(({ name }) => name === stage)?.after
      return [
        seed,
        what,
        after ? percent(after.accuracy) : none,
        typeof after?.languageMixing === 'number' ? percent(after.languageMixing) : undefined,
        run.minutes.toFixed(1),
      ]
    }
    return [
      row('RL 1 with the language reward (of the whole recipe)', whole, 'RL 1'),
      row('RL 1 without it', withoutLanguage, 'RL 1'),
      row('the distilled student (of the whole recipe)', whole, 'distil'),
      row('the same student by RL alone', studentAlone, 'RL alone'),
    ]
  })
  return table(head, rows)
}
