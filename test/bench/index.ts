/**
 * Measures what the README claims and prints it as JSON:  npm run bench [-- learning|steering|window|compiled|sampler|trainer|published-rollout|flat|interop|rewards|traces|estimate …]
 * The trainer's bench runs TRL and torch beside ours where --python names a Python that has them; --rows 128x4,256x6 picks some of its rows.
 * Every figure of the docs comes from here; --out FILE also writes the JSON there.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { compiled } from './compiled.ts'
import { estimate } from './estimate.ts'
import { flat } from './flat.ts'
import { interop } from './interop.ts'
import { learning } from './learning.ts'
import { publishedRollout } from './published-rollout.ts'
import { rewards } from './rewards.ts'
import { sampler } from './sampler.ts'
import { steering } from './steering.ts'
import { traces } from './traces.ts'
import { trainer } from './trainer.ts'
import { windowAnswers } from './window.ts'

const parts = {
  learning,
  steering,
  window: windowAnswers,
  compiled,
  sampler,
  trainer,
  'published-rollout': publishedRollout,
  interop,
  flat,
  rewards,
  traces,
  estimate,
}
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
    out: { type: 'string' },
  },
})
const unknown = positionals.find((p) => !(p in parts))
if (unknown) {
  console.error(`There is no bench "${unknown}". Benches: ${Object.keys(parts).join(', ')}.`)
  process.exit(1)
}
// interop has nothing to say without a Python to say it to
const all = Object.keys(parts).filter((part) => part !== 'interop' || values.python)
const chosen = (positionals.length > 0 ? positionals : all) as Part[]

const figures: Record<string, unknown> = {
  at: new Date().toISOString(),
  machine: { cpu: cpus()[0].model, cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) },
}
for (const part of chosen) {
  console.error(`— ${part}`)
  figures[part] = await parts[part]({
    seeds: values.seeds.split(',').map(Number),
    backend: values.backend,
    python: values.python,
    rows: values.rows?.split(','),
    steps: values.steps === undefined ? undefined : Number(values.steps),
    warmUp: values['warm-up'] === undefined ? undefined : Number(values['warm-up']),
  })
}
const text = `${JSON.stringify(figures, null, 2)}\n`
process.stdout.write(text)
if (values.out) {
  mkdirSync(dirname(values.out), { recursive: true })
  writeFileSync(values.out, text)
}
