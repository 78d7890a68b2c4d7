/** One process that runs programs, one at a time; ended at once when a program does not come to an end by itself. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { StudioError } from '../contract/errors.ts'
import { type FromChild, failed, type Job, type Outcome } from './program.ts'

const built = import.meta.url.endsWith('.js')
const place = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const entry = place(built ? './sandbox.js' : './child/main.ts')
const packages = ['pyodide', 'ws', 'quickjs-emscripten-core', '@jitl/quickjs-wasmfile-release-sync']

/** An interpreter by the package that it comes in: TypeScript becomes JavaScript. */
export type Interpreter = 'python' | 'javascript'

/** What an interpreter has to start in, in milliseconds, on a machine that does much else. */
const patience = 180_000

export class SandboxProcess {
  private readonly child: ChildProcess
  private readonly interpreter: Interpreter
  private readonly ready: Promise<void>

  constructor(interpreter: Interpreter, megabytes: number) {
    this.interpreter = interpreter
    this.child = fork(entry, [interpreter, String(megabytes)], {
      execArgv: confinement(),
      env: process.versions.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    // a message to a process that has just died: its exit is what counts
    this.child.on('error', () => {})
    this.ready = this.started()
    // waited for by the first program
    this.ready.catch(() => {})
    this.idle(true)
  }

  /** @throws StudioError internal if the interpreter does not start */
  async run(job: Job): Promise<{ outcome: Outcome; spent: boolean }> {
    this.idle(false)
    await this.ready
    const { promise, resolve } = Promise.withResolvers<{ outcome: Outcome; spent: boolean }>()
    const heard = (message: FromChild) => message.type === 'outcome' && resolve(message)
    const died = () => resolve({ outcome: failed('crash', 'the interpreter’s process ended'), spent: true })
    // it ends a program by itself at the limit of processor time, unless that hangs in one long operation
    const late = setTimeout(
      () => resolve({ outcome: failed('time', ''), spent: true }),
      1000 * (4 * job.limits.seconds + 2),
    )
    this.child.on('message', heard)
    this.child.once('exit', died)
    this.child.send(job, (error) => error && died())
    const answer = await promise
    clearTimeout(late)
    this.child.off('message', heard)
    this.child.off('exit', died)
    if (answer.spent) this.end()
    else this.idle(true)
    return answer
  }

  end(): void {
    this.child.kill('SIGKILL')
  }

  private async started(): Promise<void> {
    const late = AbortSignal.timeout(patience)
    const exited = once(this.child, 'exit', { signal: late }).then(
      ([code, signal]) => `it ended with ${code ?? signal}`,
    )
    const said = once(this.child, 'message', { signal: late }).then(([message]: FromChild[]) =>
      message.type === 'failed' ? message.reason : '',
    )
    const reason = await Promise.race([exited, said]).catch(() => `it took more than ${patience / 1000} s`)
    exited.catch(() => {})
    said.catch(() => {})
    if (reason === '') return
    this.end()
    throw new StudioError(
      'internal',
      `The sandbox for ${this.interpreter} did not start: ${reason}.`,
      'Run the set-up again (npm run setup), which puts the interpreters in place; if the machine is very busy, wait and try again.',
    )
  }

  /** One that has nothing to do keeps nobody from ending. */
  private idle(idle: boolean): void {
    if (idle) {
      this.child.unref()
      this.child.channel?.unref()
    } else {
      this.child.ref()
      this.child.channel?.ref()
    }
  }
}

/**
 * No writing, no process, thread or addon, reading of the interpreters' own files alone (Node's permission model); no text that becomes
 * code (V8). The stack is what deep recursion has.
 */
export function confinement(): string[] {
  const own = [place(built ? './' : './child'), ...(built ? [] : [place('./program.ts')]), place('../../package.json')]
  const folders = [...own, ...packages.map(folderOf)]
  return [
    '--permission',
    ...folders.map((folder) => `--allow-fs-read=${realpathSync(folder)}`),
    '--disallow-code-generation-from-strings',
    '--stack-size=3900',
    '--max-old-space-size=512',
    '--no-warnings',
  ]
}

/** Of a package; of all with the same scope, which need each other. */
function folderOf(name: string): string {
  return /^.*[\\/]node_modules[\\/][^\\/]+/.exec(fileURLToPath(import.meta.resolve(name)))![0]
}
