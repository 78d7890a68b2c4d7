/**
 * GRPO steps of ours beside TRL's GRPOTrainer and a tight torch loop: same model, batch and token counts, each party a process of its own,
 * taking turns step by step, so that whatever else the machine does meets all of them alike.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { engineEnvironment } from '../../src-main/host/engine-process.ts'
import { fetched } from '../../src-main/library/places.ts'
import type { BenchOptions } from './options.ts'
import { busySeconds } from './processor.ts'
import { type Order, type Row, trainerRows } from './trainer-rows.ts'

interface Step {
  seconds: number
  /** Cores that other processes used meanwhile; not known outside Linux. */
  otherCores?: number
  /** Processor time of the party itself, all threads. */
  cpuSeconds?: number
  tokens: number
  peakMiB: number
  rolloutSeconds?: number
  updateSeconds?: number
}

interface Ready {
  ready: true
  versions: Record<string, unknown>
  parameters: number
}

/** A round is quiet when other processes used less than this of a core during each of its steps. */
const QUIET = 0.1
/** So many quiet rounds are enough to leave the others out. */
const ENOUGH = 3

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
const opponents = { trl: here('opponents/trl_grpo.py'), torch: here('opponents/torch_loop.py') }

export async function trainer(options: BenchOptions): Promise<unknown> {
  const chosen = options.rows ?? trainerRows.map((row) => row.name)
  const unknown = chosen.find((name) => !trainerRows.some((row) => row.name === name))
  if (unknown) throw new Error(`There is no row "${unknown}". Rows: ${trainerRows.map((row) => row.name).join(', ')}.`)
  const measured: unknown[] = []
  for (const row of trainerRows.filter(({ name }) => chosen.includes(name))) measured.push(await measure(row, options))
  return { rows: measured }
}

async function measure(row: Row, { python, backend, gpu = false, steps = 10, warmUp = 5 }: BenchOptions) {
  if (row.needs && !fetched(row.needs))
    return { row: row.name, skipped: `the model is not here: grpo-studio models fetch ${row.needs}` }
  if (row.gpuAlone && !gpu) return { row: row.name, skipped: 'it is of a GPU, which --gpu asks for' }
  const scratch = mkdtempSync(join(tmpdir(), 'grpo-bench-'))
  const parties = new Map<string, Party>()
  try {
    const order = await row.order(join(scratch, 'model'))
    const file = join(scratch, 'order.json')
    writeFileSync(file, JSON.stringify(order))
    const node = ['--disable-warning=ExperimentalWarning', here('trainer-ours.ts'), file, ...(backend ? [backend] : [])]
    parties.set('ours', await Party.start(process.execPath, node, engineEnvironment()))
    // the tight loop is of the processor
    const others = gpu ? row.opponents.filter((name) => name === 'trl') : row.opponents
    const device = gpu ? ['--gpu'] : []
    for (const name of python ? others : []) {
      const args = [opponents[name], file, ...device]
      parties.set(name, await Party.start(python!, args, process.env as Record<string, string>))
    }

    const took = new Map([...parties.keys()].map((name) => [name, [] as Step[]]))
    for (let round = 0; round < warmUp + steps; round++) {
      for (const [name, party] of parties) {
        const step = await party.step()
        if (round >= warmUp) took.get(name)!.push(step)
      }
      const last = [...took].map(([name, all]) => `${name} ${all.at(-1)?.seconds.toFixed(2) ?? '…'}`)
      console.error(`  ${row.name} ${round + 1}/${warmUp + steps}: ${last.join(', ')}`)
    }
    return report(row, order, parties, took)
  } finally {
    for (const party of parties.values()) party.end()
    rmSync(scratch, { recursive: true, force: true })
  }
}

function report(row: Row, order: Order, parties: Map<string, Party>, took: Map<string, Step[]>) {
  const { prompts, samples, tokens, forceLength, beta, miniBatches, threads } = order
  const quiet = took
    .get('ours')!
    .map((_, i) => i)
    .filter((i) => [...took.values()].every((steps) => (steps[i].otherCores ?? 0) < QUIET))
  const quietRounds = quiet.length
  if (quietRounds >= ENOUGH) took = new Map([...took].map(([name, steps]) => [name, quiet.map((i) => steps[i])]))
  const ours = took.get('ours')!
  const others = [...took].filter(([name]) => name !== 'ours')
  const ratios = others.map(([name, theirs]) => [
    `oursOver_${name}`,
    {
      seconds: spread(ours.map((step, i) => step.seconds / theirs[i].seconds)),
      // where lengths vary, no two draw the same number of tokens
      secondsPerToken: spread(ours.map((s, i) => s.seconds / s.tokens / (theirs[i].seconds / theirs[i].tokens))),
      peak: ours.at(-1)!.peakMiB / theirs.at(-1)!.peakMiB,
    },
  ])
  return {
    row: row.name,
    target: row.target,
    ...{ prompts, samples, tokens, forceLength, beta, miniBatches, threads },
    quietRounds,
    quietRoundsOnly: quietRounds >= ENOUGH,
    parties: Object.fromEntries(
      [...took].map(([name, steps]) => [name, { ...parties.get(name)!.about, ...sum(steps) }]),
    ),
    ...Object.fromEntries(ratios),
  }
}

function sum(steps: Step[]) {
  const seconds = steps.map((s) => s.seconds)
  const part = (name: 'cpuSeconds' | 'rolloutSeconds' | 'updateSeconds') =>
    steps[0][name] === undefined ? {} : { [name]: spread(steps.map((s) => s[name]!)).median }
  return {
    steps: steps.length,
    secondsPerStep: spread(seconds),
    otherCores: spread(steps.map((s) => s.otherCores ?? 0)).median,
    ...part('cpuSeconds'),
    ...part('rolloutSeconds'),
    ...part('updateSeconds'),
    tokensPerStep: steps.reduce((total, s) => total + s.tokens, 0) / steps.length,
    tokensPerSecond: steps.reduce((total, s) => total + s.tokens, 0) / seconds.reduce((total, s) => total + s, 0),
    peakMiB: Math.round(steps.at(-1)!.peakMiB),
  }
}

function spread(values: number[]) {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: sorted[Math.floor(sorted.length / 2)], min: sorted[0], max: sorted.at(-1)! }
}

/** A process that answers "step" with a JSON line when it has done one. */
class Party {
  readonly about: Ready
  private readonly child: ChildProcess
  private readonly lines: AsyncIterator<string>

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, about: Ready) {
    this.child = child
    this.lines = lines
    this.about = about
  }

  /** @throws Error with the process's own words when it ends before it is ready */
  static async start(command: string, args: string[], env: Record<string, string>): Promise<Party> {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errors = (errors + chunk).slice(-4000)
    })
    const failed = once(child, 'error').then(([error]) => Promise.reject(error))
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const party = new Party(child, lines, {} as Ready)
    party.errors = () => errors
    const { ready: _, ...about } = (await Promise.race([party.hear(), failed])) as Ready
    failed.catch(() => {})
    Object.assign(party.about, about)
    return party
  }

  private errors = () => ''

  private async hear(): Promise<unknown> {
    const { value, done } = await this.lines.next()
    if (done) throw new Error(`${this.child.spawnargs.join(' ')} ended:\n${this.errors()}`)
    return JSON.parse(value)
  }

  async step(): Promise<Step> {
    const before = busySeconds(this.child.pid!)
    this.child.stdin!.write('step\n')
    const step = (await this.hear()) as Step
    const after = busySeconds(this.child.pid!)
    if (before && after) {
      step.otherCores = (after.others - before.others) / step.seconds
      step.cpuSeconds = after.own - before.own
    }
    return step
  }

  end(): void {
    this.child.stdin!.end()
    this.child.kill()
  }
}
