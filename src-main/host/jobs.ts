/** Jobs outside any run: each in an engine process, which is kept a while for the next one. */
import { errorFrom, StudioError } from '../contract/errors.ts'
import type { JobName, Jobs } from '../contract/jobs.ts'
import type { EngineProcess, StartEngine } from './engine-process.ts'

export interface JobOptions<N extends JobName> {
  /** Aborted, it ends the process at once. */
  signal?: AbortSignal
  onNews?: (news: Jobs[N]['news']) => void
}

/** How long a process without work is kept, as what it has loaded answers at once; milliseconds. */
const idleTime = 60_000

export class JobRunner {
  readonly #startEngine: StartEngine
  #idle: Worker | undefined
  #idleTimer: NodeJS.Timeout | undefined
  readonly #working = new Set<Worker>()
  #closed = false

  constructor(startEngine: StartEngine) {
    this.#startEngine = startEngine
  }

  /** @throws StudioError what the job throws; cancelled; engine-died */
  async run<N extends JobName>(name: N, ask: Jobs[N]['ask'], options: JobOptions<N> = {}): Promise<Jobs[N]['answer']> {
    if (options.signal?.aborted || this.#closed) throw cancelled()
    const worker = this.#idle?.alive ? this.#idle : new Worker(this.#startEngine())
    if (worker === this.#idle) this.#idle = undefined
    this.#working.add(worker)
    const abort = () => worker.kill(cancelled())
    options.signal?.addEventListener('abort', abort, { once: true })
    try {
      return await worker.run(name, ask, options.onNews)
    } finally {
      options.signal?.removeEventListener('abort', abort)
      this.#working.delete(worker)
      if (worker.alive) this.#keep(worker)
    }
  }

  /** Lets go of what idles: a run is about to need the memory. */
  rest(): void {
    clearTimeout(this.#idleTimer)
    this.#idle?.dismiss()
    this.#idle = undefined
  }

  close(): void {
    this.#closed = true
    this.rest()
    for (const worker of this.#working) worker.kill(cancelled())
  }

  #keep(worker: Worker): void {
    this.rest()
    this.#idle = worker
    if (this.#closed) this.rest()
    else this.#idleTimer = setTimeout(() => this.rest(), idleTime).unref()
  }
}

/** One engine process, with one job at a time. */
class Worker {
  alive = true
  readonly #engine: EngineProcess
  #said = ''
  #job: { resolve(answer: unknown): void; reject(error: unknown): void; news?(news: never): void } | undefined

  constructor(engine: EngineProcess) {
    this.#engine = engine
    engine.onOutput((text) => {
      this.#said = (this.#said + text).slice(-600)
    })
    engine.onMessage((message) => {
      if (message.type === 'job-news') this.#job?.news?.(message.news as never)
      if (message.type === 'job-done') this.#job?.resolve(message.answer)
      if (message.type === 'job-failed') this.#job?.reject(errorFrom(message.error))
    })
    engine.onExit(({ signal, code }) => {
      this.alive = false
      this.#job?.reject(died(signal ?? `code ${code}`, this.#said.trim()))
    })
  }

  run<N extends JobName>(name: N, ask: Jobs[N]['ask'], news?: (news: Jobs[N]['news']) => void) {
    return new Promise<Jobs[N]['answer']>((resolve, reject) => {
      this.#job = { resolve: resolve as (answer: unknown) => void, reject, news }
      this.#engine.send({ type: 'job', name, ask })
    })
  }

  kill(why: StudioError): void {
    this.alive = false
    this.#job?.reject(why)
    this.#engine.kill()
  }

  dismiss(): void {
    this.alive = false
    this.#engine.disconnect()
  }
}

const cancelled = () => new StudioError('cancelled', 'The work was cancelled.', 'Nothing of it was kept.')

const died = (how: string, said: string) =>
  new StudioError(
    'engine-died',
    `The engine ended (${how}) while it worked.${said ? ` Its last words: ${said}` : ''}`,
    'If memory ran out, ask for less at once or use a smaller model; another backend may be sounder (grpo-studio doctor).',
  )
