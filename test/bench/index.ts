/**
 * Measures what the README claims and prints it as JSON:  npm run bench [-- learning|r1-mini|recipes|steering|window|ui|compiled|sampler|trainer|published-rollout|flat|interop|rewards|agreement|traces|estimate|ppo|ray|ablations|paper …]
 * The trainer's bench runs TRL and torch beside ours where --python names a Python that has them, TRL on a GPU with --gpu; --rows 128x4,256x6 picks some of its rows.
 * Every figure of the docs comes from here; --out FILE also writes the JSON there, and with --add the seeds that the file holds already, and
 * that were not asked for, stay in it: a seed gives the same run whenever it is measured.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import type { BenchOptions } from './options.ts'

type Bench = (options: BenchOptions) => Promise<unknown>

/** Loaded when it is its turn: none needs what another does. */
const parts = {
  learning: async () => (await import('./learning.ts')).learning,
  'r1-mini': async () => (await import('./r1-mini.ts')).r1Mini,
  recipes: async () => (await import('./recipes.ts')).recipes,
  steering: async () => (await import('./steering.ts')).steering,
  window: async () => (await import('./window.ts')).windowAnswers,
  ui: async () => (await import('./ui.ts')).ui,
  compiled: async () => (await import('./compiled.ts')).compiled,
  sampler: async () => (await import('./sampler.ts')).sampler,
  trainer: async () => (await import('./trainer.ts')).trainer,
  'published-rollout': async () => (await import('./published-rollout.ts')).publishedRollout,
  interop: async () => (await import('./interop.ts')).interop,
  flat: async () => (await import('./flat.ts')).flat,
  rewards: async () => (await import('./rewards.ts')).rewards,
  agreement: async () => (await import('./agreement.ts')).agreement,
  traces: async () => (await import('./traces.ts')).traces,
  estimate: async () => (await import('./estimate.ts')).estimate,
  ppo: async () => (await import('./ppo.ts')).ppo,
  ray: async () => (await import('./ray.ts')).ray,
  ablations: async () => (await import('./ablations.ts')).ablations,
  paper: async () => (await import('./paper/index.ts')).paper,
} satisfies Record<string, () => Promise<Bench>>
type Part = keyof typeof parts

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '0,1,2' },
    backend: { type: 'string' },
    python: { type: 'string' },
    rows: { type: 'string' },
    steps: { type: 'string' },
    'warm-up': { type: 'string' },
    gpu: { type: 'boolean' },
    out: { type: 'string' },
    add: { type: 'boolean' },
    data: { type: 'string' },
  },
})
const unknown = positionals.find((p) => !(p in parts))
if (unknown) {
  console.error(`There is no bench "${unknown}". Benches: ${Object.keys(parts).join(', ')}.`)
  process.exit(1)
}
// interop and ray have nothing to say without a Python to say it to, and the paper's run takes the better part of an hour
const withPython = ['interop', 'ray']
const all = Object.keys(parts).filter((part) => part !== 'paper' && (!withPython.includes(part) || values.python))
const chosen = (positionals.length > 0 ? positionals : all) as Part[]

type Figures = Record<string, unknown>
const known: Figures =
  values.add && values.out && existsSync(values.out) ? (JSON.parse(readFileSync(values.out, 'utf8')) as Figures) : {}

/** What was measured now, and of what was known before the other seeds. */
function added(before: unknown, now: unknown): unknown {
  type Runs = { runs?: { seed: number }[] }
  const [old, fresh] = [(before as Runs | undefined)?.runs, (now as Runs).runs]
  if (!old || !fresh) return now
  const others = old.filter(({ seed }) => !fresh.some((run) => run.seed === seed))
  return { ...(now as Runs), runs: [...others, ...fresh].toSorted((a, b) => a.seed - b.seed) }
}

const figures: Figures = {
  at: new Date().toISOString(),
  machine: { cpu: cpus()[0].model, cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) },
}
for (const part of chosen) {
  console.error(`— ${part}`)
  const bench: Bench = await parts[part]()
  // a GPU's are not the figures of the processor
  const name = part === 'trainer' && values.gpu ? 'trainer-gpu' : part
  const now = await bench({
    seeds: values.seeds.split(',').map(Number),
    backend: values.backend,
    python: values.python,
    rows: values.rows?.split(','),
    gpu: values.gpu,
    data: values.data,
    steps: values.steps === undefined ? undefined : Number(values.steps),
    warmUp: values['warm-up'] === undefined ? undefined : Number(values['warm-up']),
  })
  figures[name] = added(known[name], now)
}
const text = `${JSON.stringify(figures, null, 2)}\n`
process.stdout.write(text)
if (values.out) {
  mkdirSync(dirname(values.out), { recursive: true })
  writeFileSync(values.out, text)
}
