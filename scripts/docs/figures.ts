/**
 * Tables of measured figures, out of what `npm run bench` wrote into docs/figures/*.json. Where several files hold the same part, the
 * newest counts. Without any file a cell is the name of the figure that belongs there; a part that was not run is said to be unmeasured.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AblationFigures } from './ablations.ts'
import type { EstimateFigures } from './estimate.ts'
import type { FlatFigures } from './flat.ts'
import { type Cell, table } from './markdown.ts'
import type { PaperFigures } from './paper.ts'
import type { PpoFigures } from './ppo.ts'
import type { R1MiniFigures } from './r1-mini.ts'
import type { RayFigures } from './ray.ts'
import type { RecipesFigures } from './recipes-learnt.ts'
import type { AgreementFigures, RewardFigures } from './rewards.ts'
import type { TracesFigures } from './traces.ts'
import type { TrainerFigures } from './trainer.ts'
import type { UiFigures } from './ui.ts'

interface Evaluation {
  prompts: number
  accuracy: number
  accuracyLow: number
  accuracyHigh: number
  formatRate: number
  meanLength: number
  reflections: number
  clippedRatio: number
  byKind: Record<string, { accuracy: number }>
}

interface SeedRun {
  seed: number
  backend: string
  steps: number
  minutes: number
  secondsPerStep: number
  rolloutSeconds: number
  updateSeconds: number
  tokensPerSecond: number
  before: Evaluation
  after: Evaluation
  evaluations: { step: number; prompts: number; accuracy: number; length: number; wait: number; cut: number }[]
}

/** As test/bench prints it. */
export interface Figures {
  at: string
  machine: { cpu: string; cores: number; memoryGiB: number }
  learning?: { runs: SeedRun[] }
  steering?: {
    changes: { asked: number; inForceAtTheNextStep: number }
    pauses: { asked: number; mostSteps: number; mostSeconds: number }
    hostAnswersMilliseconds: { requests: number; median: number; p99: number; max: number }
  }
  /** `max` is null when every interaction took less than the 16 ms from which a browser reports it. */
  /** As test/bench/ui.ts prints it. */
  ui?: UiFigures
  window?: { interactionsOver16Milliseconds: number; max: number | null }
  compiled?: {
    steps: number
    tokensPerStep: number
    eagerSecondsPerStep: number
    graphSecondsPerStep: number
    graphOverEager: { median: number; min: number; max: number }
  }
  flat?: FlatFigures
  recipes?: RecipesFigures
  rewards?: RewardFigures
  agreement?: AgreementFigures
  trainer?: TrainerFigures
  'trainer-gpu'?: TrainerFigures
  estimate?: EstimateFigures
  'r1-mini'?: R1MiniFigures
  traces?: TracesFigures
  ppo?: PpoFigures
  ray?: RayFigures
  ablations?: AblationFigures
  paper?: PaperFigures
}

const folder = fileURLToPath(new URL('../../docs/figures/', import.meta.url))

export function readFigures(from = folder): Figures | null {
  if (!existsSync(from)) return null
  const files = readdirSync(from)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(from, file), 'utf8')) as Figures)
    .sort((a, b) => a.at.localeCompare(b.at))
  // machine and day are told of the runs: of a part that was measured by itself they say nothing about the others
  const told = files.findLast((file) => file.learning) ?? files.at(-1)
  // each ablation may be measured by itself
  const ablations = Object.assign({}, ...files.map((file) => file.ablations))
  const measured = Object.keys(ablations).length > 0 ? { ablations } : {}
  return told ? Object.assign({}, ...files, measured, { at: told.at, machine: told.machine }) : null
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const digits = (count: number) => (value: number) => value.toFixed(count)

const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length

/** Mean over the seeds, and the least and greatest of them. */
function spread(values: number[], show: (value: number) => string): string {
  const [low, high] = [show(Math.min(...values)), show(Math.max(...values))]
  return low === high ? low : `${show(mean(values))} (${low} to ${high})`
}

export function figureTables(figures: Figures | null): Record<string, string> {
  const { learning, steering, window, compiled } = figures ?? {}
  const runs = learning?.runs
  /** The cell of a figure, or what stands there while it is missing. */
  const cell = <P>(name: string, part: P | undefined, show: (part: P) => string): string =>
    part ? show(part) : figures ? 'not measured' : `FIGURE_${name}`
  const over = (name: string, pick: (run: SeedRun) => number, show: (value: number) => string) =>
    cell(name, runs, (all) => spread(all.map(pick), show))

  const figureTable = table(
    ['what', 'figure'],
    [
      [
        'sampled pass@1 on held-out prompts',
        `${over('ACCURACY_BEFORE', (r) => r.before.accuracy, percent)} → **${over('ACCURACY_AFTER', (r) => r.after.accuracy, percent)}**`,
      ],
      ['held-out prompts it is measured on', cell('PROMPTS', runs, ([run]) => String(run.after.prompts))],
      [
        'mean response length, tokens',
        `${over('LENGTH_BEFORE', (r) => r.before.meanLength, digits(1))} → **${over('LENGTH_AFTER', (r) => r.after.meanLength, digits(1))}**`,
      ],
      [
        '“wait” per response',
        `${over('WAIT_BEFORE', (r) => r.before.reflections, digits(2))} → **${over('WAIT_AFTER', (r) => r.after.reflections, digits(2))}**`,
      ],
      ['minutes for the whole run, evaluations included', over('MINUTES', (r) => r.minutes, digits(1))],
      ['seconds per step', over('SECONDS_PER_STEP', (r) => r.secondsPerStep, digits(2))],
      ['sampled tokens per second', over('TOKENS_PER_SECOND', (r) => r.tokensPerSecond, digits(0))],
      [
        'knob changes in force at the very next step',
        cell('CHANGES', steering, ({ changes }) => `${changes.inForceAtTheNextStep} of ${changes.asked}`),
      ],
      [
        'a pause takes at most',
        cell(
          'PAUSE',
          steering,
          ({ pauses }) =>
            `${pauses.mostSteps} ${pauses.mostSteps === 1 ? 'step' : 'steps'}, ${pauses.mostSeconds.toFixed(1)} s`,
        ),
      ],
      [
        'slowest answer of the window to a click or key while training runs',
        cell('WINDOW', window, ({ max }) => (max === null ? 'under 16 ms' : `${Math.round(max)} ms`)),
      ],
    ],
  )

  const seedRows = (row: (run: SeedRun) => Cell[], names: string[]): Cell[][] =>
    runs ? runs.map(row) : [names.map((name) => cell(name, undefined, String))]
  const interval = (e: Evaluation) => `${percent(e.accuracy)} (${percent(e.accuracyLow)} to ${percent(e.accuracyHigh)})`

  const learningTable = table(
    ['seed', 'pass@1 before', 'pass@1 after (95 % interval)', 'prompts', 'length', '“wait”', 'in form', 'cut'],
    seedRows(
      ({ seed, before, after }) => [
        String(seed),
        percent(before.accuracy),
        interval(after),
        String(after.prompts),
        `${before.meanLength.toFixed(1)} → ${after.meanLength.toFixed(1)}`,
        `${before.reflections.toFixed(2)} → ${after.reflections.toFixed(2)}`,
        `${percent(before.formatRate)} → ${percent(after.formatRate)}`,
        `${percent(before.clippedRatio)} → ${percent(after.clippedRatio)}`,
      ],
      ['SEED', 'BEFORE', 'AFTER', 'PROMPTS', 'LENGTH', 'WAIT', 'FORMAT', 'CUT'],
    ),
  )

  const kinds = runs ? Object.keys(runs[0].after.byKind) : []
  const kindTable = table(
    ['kind', 'pass@1 before', 'pass@1 after'],
    runs
      ? kinds.map((kind) => [
          kind,
          spread(
            runs.map((r) => r.before.byKind[kind].accuracy),
            percent,
          ),
          spread(
            runs.map((r) => r.after.byKind[kind].accuracy),
            percent,
          ),
        ])
      : [['KIND', 'KIND_BEFORE', 'KIND_AFTER'].map((name) => cell(name, undefined, String))],
  )

  const steps = runs ? runs[0].evaluations.map((e) => e.step) : []
  const courseTable = table(
    ['after step', 'pass@1', 'length', '“wait”', 'cut at the limit', 'prompts'],
    runs
      ? steps.map((step) => {
          const all = runs.flatMap((r) => r.evaluations.filter((e) => e.step === step))
          const of = (pick: (e: SeedRun['evaluations'][number]) => number, show: (v: number) => string) =>
            spread(all.map(pick), show)
          return [
            String(step),
            of((e) => e.accuracy, percent),
            of((e) => e.length, digits(1)),
            of((e) => e.wait, digits(2)),
            of((e) => e.cut, percent),
            String(all[0].prompts),
          ]
        })
      : [
          ['COURSE_STEP', 'COURSE_ACCURACY', 'COURSE_LENGTH', 'COURSE_WAIT', 'COURSE_CUT', 'COURSE_PROMPTS'].map(
            (name) => cell(name, undefined, String),
          ),
        ],
  )

  const speedTable = table(
    ['seed', 'backend', 'steps', 'minutes', 's/step', 'sampling', 'update', 'tokens/s'],
    seedRows(
      (r) => [
        String(r.seed),
        r.backend,
        String(r.steps),
        r.minutes.toFixed(1),
        r.secondsPerStep.toFixed(2),
        `${r.rolloutSeconds.toFixed(2)} s`,
        `${r.updateSeconds.toFixed(2)} s`,
        r.tokensPerSecond.toFixed(0),
      ],
      ['SEED', 'BACKEND', 'STEPS', 'MINUTES', 'SECONDS_PER_STEP', 'ROLLOUT', 'UPDATE', 'TOKENS_PER_SECOND'],
    ),
  )

  const steeringTable = table(
    ['what', 'figure'],
    [
      [
        'knob changes asked at random moments of a step',
        cell('CHANGES_ASKED', steering, ({ changes }) => String(changes.asked)),
      ],
      [
        'of these in force at the very next step',
        cell('CHANGES', steering, ({ changes }) => String(changes.inForceAtTheNextStep)),
      ],
      [
        'most steps between asking for a pause and being paused',
        cell('PAUSE_STEPS', steering, ({ pauses }) => `${pauses.mostSteps} (${pauses.asked} pauses)`),
      ],
      [
        'longest of these pauses',
        cell('PAUSE_SECONDS', steering, ({ pauses }) => `${pauses.mostSeconds.toFixed(2)} s`),
      ],
      [
        'host’s answer with all metrics, median',
        cell('HOST_MEDIAN', steering, (s) => `${s.hostAnswersMilliseconds.median.toFixed(1)} ms`),
      ],
      [
        'the same, slowest of a hundred',
        cell('HOST_P99', steering, (s) => `${s.hostAnswersMilliseconds.p99.toFixed(1)} ms`),
      ],
      [
        'window: slowest from a click or key to the next paint',
        cell('WINDOW', window, ({ max }) => (max === null ? 'under 16 ms' : `${Math.round(max)} ms`)),
      ],
      [
        'window: answers of 16 ms and more',
        cell('WINDOW_SLOW', window, (w) => String(w.interactionsOver16Milliseconds)),
      ],
    ],
  )

  const compiledTable = table(
    ['steps', 'tokens a step', 'eager', 'graph', 'graph over eager'],
    [
      [
        cell('COMPILED_STEPS', compiled, (c) => String(c.steps)),
        cell('COMPILED_TOKENS', compiled, (c) => c.tokensPerStep.toFixed(0)),
        cell('EAGER', compiled, (c) => `${c.eagerSecondsPerStep.toFixed(2)} s`),
        cell('GRAPH', compiled, (c) => `${c.graphSecondsPerStep.toFixed(2)} s`),
        cell(
          'GRAPH_OVER_EAGER',
          compiled,
          ({ graphOverEager: r }) => `${r.median.toFixed(2)} (${r.min.toFixed(2)} to ${r.max.toFixed(2)})`,
        ),
      ],
    ],
  )

  const machineTable = table(
    ['machine', 'cores', 'memory', 'backend', 'seeds', 'measured'],
    [
      [
        cell('MACHINE', figures?.machine, ({ cpu }) => cpu),
        cell('CORES', figures?.machine, ({ cores }) => String(cores)),
        cell('MEMORY', figures?.machine, ({ memoryGiB }) => `${memoryGiB} GiB`),
        cell('BACKEND', runs, (all) => [...new Set(all.map((r) => r.backend))].join(', ')),
        cell('SEEDS', runs, (all) => all.map((r) => r.seed).join(', ')),
        cell('MEASURED_AT', figures?.at, (at) => at.slice(0, 10)),
      ],
    ],
  )

  return {
    figures: figureTable,
    'results-learning': learningTable,
    'results-kinds': kindTable,
    'results-course': courseTable,
    'results-speed': speedTable,
    'results-steering': steeringTable,
    'results-compiled': compiledTable,
    'results-machine': machineTable,
  }
}
