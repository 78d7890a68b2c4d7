/** One JavaScript program in a QuickJS of its own, from its first line until nothing is left to do. */
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten-core'
import { failed, type Job, type Outcome } from '../program.ts'
import { processorSeconds } from './clock.ts'
import { type Handles, prelude } from './javascript-prelude.ts'

/** Of QuickJS's own stack, in bytes: below what the process has (`--stack-size` in ../process.ts). */
const STACK = 400_000
const FILE = 'program.js'
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

export class JavaScriptRun {
  private readonly job: Job
  private readonly runtime: QuickJSRuntime
  private readonly context: QuickJSContext
  private readonly handles: Record<keyof Handles, QuickJSHandle>
  private readonly written: string[] = []
  private size = 0
  private late = false
  private status: number | null = null

  constructor(module: QuickJSWASMModule, job: Job) {
    this.job = job
    this.runtime = module.newRuntime()
    this.context = this.runtime.newContext()
    this.handles = this.prepared()
    const { seconds, megabytes } = job.limits
    this.runtime.setMemoryLimit(megabytes * 2 ** 20)
    this.runtime.setMaxStackSize(STACK)
    this.runtime.setModuleLoader(nodeModule)
    const end = processorSeconds() + seconds
    this.runtime.setInterruptHandler(() => {
      this.late ||= processorSeconds() > end
      return this.late || this.flooded || this.status !== null
    })
  }

  outcome(): Outcome {
    let outcome: Outcome
    try {
      outcome = this.run()
    } catch (error) {
      // QuickJS itself could not go on
      outcome = failed(
        error instanceof RangeError ? 'error' : 'crash',
        `the interpreter stopped: ${error}`.slice(0, 300),
      )
    }
    if (this.flooded) outcome = failed('output', '')
    else if (this.late) outcome = failed('time', '', outcome.line)
    else if (this.status !== null) outcome = this.exited(this.status)
    return { ...outcome, stdout: this.written.join('') }
  }

  private exited(status: number): Outcome {
    if (this.job.task.kind === 'program' && status === 0) return failed('done', '')
    return failed('error', `ended itself with the status ${status}`)
  }

  private run(): Outcome {
    const { context } = this
    const { code, task } = this.job
    let asModule = task.kind === 'export' || /^\s*(import|export)\b/m.test(code)
    let evaluated = this.evaluate(asModule)
    // only modules await at their top; of what does not parse nothing has run
    if (evaluated.error && !asModule && /\bawait\b/.test(code) && this.problem(evaluated.error).end === 'syntax') {
      asModule = true
      evaluated = this.evaluate(asModule)
    }
    if (evaluated.error) return this.problem(evaluated.error)
    if (task.kind !== 'program') {
      const f = task.kind === 'call' ? this.functionNamed(task.name, asModule) : this.defaultExport(evaluated.value)
      if (!('value' in f)) return f
      const called = this.use('call', f.value, context.newString(JSON.stringify(task.arguments)))
      if (called.error) return this.problem(called.error)
    }
    const waiting = this.settled()
    if (waiting) return waiting
    if (task.kind !== 'program') return this.returned()
    const state = context.getPromiseState(evaluated.value)
    return asModule && state.type === 'rejected' ? this.problem(state.error) : failed('done', '')
  }

  private evaluate(asModule: boolean) {
    const { code, task } = this.job
    const kept = task.kind === 'call' && asModule ? keptCall(task.name) : ''
    return this.context.evalCode(code + kept, FILE, { type: asModule ? 'module' : 'global' })
  }

  /** Runs what waits: promises, timers. */
  private settled(): Outcome | undefined {
    for (;;) {
      const jobs = this.runtime.executePendingJobs()
      if (jobs.error) return this.problem(jobs.error)
      const ticked = this.use('tick')
      if (ticked.error) return this.problem(ticked.error)
      if (this.context.dump(ticked.value) === false) return undefined
    }
  }

  private returned(): Outcome {
    const { outputBytes } = this.job.limits
    const result = this.use('result')
    if (result.error) return this.problem(result.error)
    const text = this.context.getString(result.value)
    if (text.length > 2 * outputBytes + 4096) return failed('output', '')
    const read = JSON.parse(text) as null | { returned?: string; unsuitable?: string; threw?: Thrown }
    if (read === null) return failed('error', 'returned a promise that never settles')
    if (read.threw) return described(read.threw)
    if (read.returned === undefined) return failed('error', (read.unsuitable ?? 'returned nothing').slice(0, 300))
    if (read.returned.length > outputBytes) return failed('output', '')
    return { ...failed('done', ''), returned: read.returned }
  }

  private functionNamed(name: string, asModule: boolean): { value: QuickJSHandle } | Outcome {
    if (!identifier.test(name)) return failed('error', `"${name}" is no name of a function`)
    const found = this.context.evalCode(asModule ? 'globalThis.__called' : expressionOf(name), FILE)
    if (found.error) return this.problem(found.error)
    if (this.context.typeof(found.value) === 'function') return found
    return failed('error', `the program has no function ${name}`)
  }

  private defaultExport(evaluated: QuickJSHandle): { value: QuickJSHandle } | Outcome {
    const { context } = this
    const waiting = this.settled()
    if (waiting) return waiting
    const state = context.getPromiseState(evaluated)
    if (state.type === 'rejected') return this.problem(state.error)
    if (state.type === 'pending') return failed('error', 'the module waits for what never comes')
    const value = context.getProp(state.value, 'default')
    if (context.typeof(value) === 'function') return { value }
    return failed('error', 'the file has no function as its default export')
  }

  /** What was thrown, in the program's own words: getters and all run inside. */
  private problem(error: QuickJSHandle): Outcome {
    const text = this.use('describe', error)
    if (text.error) return failed('error', 'threw what cannot be described')
    return described(JSON.parse(this.context.getString(text.value)) as Thrown)
  }

  private use(name: keyof Handles, ...args: QuickJSHandle[]) {
    return this.context.callFunction(this.handles[name], this.context.undefined, ...args)
  }

  private get flooded(): boolean {
    return this.size > this.job.limits.outputBytes
  }

  private prepared(): JavaScriptRun['handles'] {
    const { context } = this
    const host = context.newObject()
    const write = context.newFunction('write', (text) => {
      if (this.status !== null || this.flooded) return
      const string = context.getString(text)
      this.size += string.length
      if (!this.flooded) this.written.push(string)
    })
    const exit = context.newFunction('exit', (status) => {
      this.status ??= context.getNumber(status) || 0
    })
    context.setProp(host, 'write', write)
    context.setProp(host, 'exit', exit)
    context.setProp(host, 'stdin', context.newString(this.job.task.kind === 'program' ? this.job.task.stdin : ''))
    const made = context.unwrapResult(context.evalCode(`(${prelude})`, 'prelude.js'))
    const handles = context.unwrapResult(context.callFunction(made, context.undefined, host))
    const handle = (name: keyof Handles) => context.getProp(handles, name)
    return { tick: handle('tick'), call: handle('call'), result: handle('result'), describe: handle('describe') }
  }
}

interface Thrown {
  name: string
  message: string
  stack: string
}

function described({ name, message, stack }: Thrown): Outcome {
  if (name === 'InternalError' && message === 'out of memory') return failed('memory', '')
  const at = /program\.js:(\d+)/.exec(stack)
  // syntax errors of code that the program itself makes are not the program's
  const end = name === 'SyntaxError' && /^\s*at program\.js:\d+(:\d+)?\s*$/.test(stack) ? 'syntax' : 'error'
  return failed(end, name === '' ? message : `${name}: ${message}`, at ? Number(at[1]) : undefined)
}

const expressionOf = (name: string) =>
  `typeof ${name} === 'function' ? ${name} : typeof Solution === 'function' ? ((s) => s.${name} && s.${name}.bind(s))(new Solution()) : undefined`

/** A module's names are its own: the function is put where it is found. */
const keptCall = (name: string) => (identifier.test(name) ? `\n;globalThis.__called = ${expressionOf(name)}` : '')

/** The two modules of Node that there are, as modules to import. */
function nodeModule(name: string): string | { error: Error } {
  const exports: Record<string, string> = {
    fs: 'readFileSync, writeFileSync',
    readline: 'createInterface',
    process: 'stdin, stdout, argv, env, exit',
  }
  const plain = name.replace(/^node:/, '')
  if (!Object.hasOwn(exports, plain)) return { error: new Error(`Cannot find module '${name}'`) }
  return `const m = require('${plain}'); export default m; export const { ${exports[plain]} } = m`
}
