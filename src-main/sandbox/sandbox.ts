/** Runs programs that nobody has read: in WebAssembly, each in an interpreter as it was before the first program, with limits. */
import { availableParallelism } from 'node:os'
import { type Interpreter, SandboxProcess } from './process.ts'
import type { Job, Outcome } from './program.ts'

/**
 * Interpreters that are kept warm. What a program can have of memory is fixed when its interpreter starts, so those of another limit are
 * others.
 */
const pools = new Map<string, Pool>()

/** @throws StudioError internal if the interpreter does not start; whatever the program does is its outcome */
export async function runProgram(job: Job): Promise<Outcome> {
  const interpreter = job.language === 'python' ? 'python' : 'javascript'
  const megabytes = interpreter === 'python' ? job.limits.megabytes : 0
  const key = `${interpreter} ${megabytes}`
  const pool = pools.get(key) ?? new Pool(interpreter, megabytes)
  pools.set(key, pool)
  const outcome = await pool.run(job)
  return { ...outcome, message: outcome.message || limitMet(outcome, job) }
}

/** Ends all interpreters. They end by themselves with this process. */
export function closeSandbox(): void {
  for (const pool of pools.values()) pool.end()
  pools.clear()
}

function limitMet({ end }: Outcome, { limits }: Job): string {
  if (end === 'time') return `took more than ${limits.seconds} s`
  if (end === 'memory') return `needed more than ${limits.megabytes} MB`
  return end === 'output' ? `wrote more than ${limits.outputBytes / 1000} kB` : ''
}

class Pool {
  private readonly make: () => SandboxProcess
  private readonly idle: SandboxProcess[] = []
  private readonly waiting: ((process: SandboxProcess) => void)[] = []
  private count = 0
  private ended = false

  constructor(interpreter: Interpreter, megabytes: number) {
    this.make = () => new SandboxProcess(interpreter, megabytes)
  }

  async run(job: Job): Promise<Outcome> {
    const process = await this.taken()
    let spent = true
    try {
      const answer = await process.run(job)
      spent = answer.spent
      return answer.outcome
    } finally {
      this.give(process, spent)
    }
  }

  end(): void {
    this.ended = true
    for (const process of this.idle.splice(0)) process.end()
  }

  /** As many as there are processors, each started when it is first needed. */
  private taken(): SandboxProcess | Promise<SandboxProcess> {
    const warm = this.idle.pop()
    if (warm) return warm
    if (this.count < availableParallelism()) {
      this.count++
      return this.make()
    }
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  private give(process: SandboxProcess, spent: boolean): void {
    const next = this.waiting.shift()
    if (this.ended && !next) process.end()
    else if (spent) {
      if (next) next(this.make())
      else this.count--
    } else if (next) next(process)
    else this.idle.push(process)
  }
}
