/**
 * What a JavaScript program finds beside the language: `console`, timers, and of Node what programs that read stdin and write stdout use.
 * It is all made of the program's own objects; the three arguments are its only ways out.
 */

interface Host {
  write(text: string): void
  /** Nothing that is written afterwards counts. */
  exit(status: number): void
  stdin: string
}

/** What the one who runs the program keeps: functions of the program's own realm, taken before it began. */
export interface Handles {
  /** Runs the timer that is due next; false if there is none. */
  tick(): boolean
  /** Calls it; what comes of it is in `result` once all is settled. */
  call(f: unknown, argumentsJson: string): void
  /** As JSON: `{ returned }`, `{ unsuitable }`, or null while a promise is open. */
  result(): string
  /** As JSON: `{ name, message, stack }`. */
  describe(error: unknown): string
}

/** Its source is evaluated inside QuickJS: it must name nothing outside itself. */
export function prelude(host: Host): Handles {
  const { stringify, parse } = JSON
  const { isArray } = Array
  const root = globalThis as Record<string, unknown>

  function inspect(value: unknown, depth = 0): string {
    if (typeof value === 'string') return depth === 0 ? value : `'${value}'`
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'function') return `[Function: ${value.name || '(anonymous)'}]`
    if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value)
    if (value instanceof Error) return value.stack ? `${value}\n${value.stack}` : String(value)
    if (depth > 2) return isArray(value) ? '[Array]' : '[Object]'
    const inner = (v: unknown) => inspect(v, depth + 1)
    const braced = (open: string, parts: string[], close: string) =>
      parts.length === 0 ? open + close : `${open} ${parts.join(', ')} ${close}`
    if (isArray(value)) return braced('[', value.map(inner), ']')
    if (value instanceof Map)
      return braced(
        `Map(${value.size}) {`,
        [...value].map(([k, v]) => `${inner(k)} => ${inner(v)}`),
        '}',
      )
    if (value instanceof Set) return braced(`Set(${value.size}) {`, [...value].map(inner), '}')
    return braced(
      '{',
      Object.entries(value).map(([k, v]) => `${k}: ${inner(v)}`),
      '}',
    )
  }

  function format(values: unknown[]): string {
    const [first, ...rest] = values
    if (typeof first !== 'string' || rest.length === 0) return values.map((v) => inspect(v)).join(' ')
    const text = first.replace(/%[sdifj%]/g, (mark) => {
      if (mark === '%%') return '%'
      if (rest.length === 0) return mark
      const value = rest.shift()
      if (mark === '%j') return stringify(value)
      if (mark === '%s') return inspect(value)
      return String(mark === '%i' ? Math.trunc(Number(value)) : Number(value))
    })
    return [text, ...rest.map((v) => inspect(v))].join(' ')
  }

  // timers: in the order of their time, which passes as fast as the program does
  let clock = 0
  let timers: { id: number; at: number; every: number | null; run: () => void }[] = []
  let lastId = 0
  const later =
    (every: boolean) =>
    (run: (...args: unknown[]) => void, wait: unknown, ...args: unknown[]) => {
      const after = Math.max(0, Number(wait) || 0)
      timers.push({
        id: ++lastId,
        at: clock + after,
        every: every ? Math.max(1, after) : null,
        run: () => run(...args),
      })
      return lastId
    }
  const clear = (id: unknown) => {
    timers = timers.filter((timer) => timer.id !== id)
  }
  function tick(): boolean {
    if (timers.length === 0) return false
    const due = timers.reduce((first, timer) => (timer.at < first.at ? timer : first))
    clock = Math.max(clock, due.at)
    if (due.every === null) clear(due.id)
    else due.at += due.every
    due.run()
    return true
  }
  const soon = later(false)

  let position = 0
  const rest = () => {
    const text = host.stdin.slice(position)
    position = host.stdin.length
    return text
  }
  /** The next line without its end; null after the last. */
  const line = () => {
    if (position >= host.stdin.length) return null
    const end = host.stdin.indexOf('\n', position)
    const text = host.stdin.slice(position, end < 0 ? undefined : end)
    position = end < 0 ? host.stdin.length : end + 1
    return text.endsWith('\r') ? text.slice(0, -1) : text
  }

  type Listener = (...args: unknown[]) => void
  class Emitter {
    listeners: Record<string, Listener[]> = {}
    on(event: string, listener: Listener): this {
      this.listeners[event] = [...(this.listeners[event] ?? []), listener]
      return this
    }
    addListener(event: string, listener: Listener): this {
      return this.on(event, listener)
    }
    once(event: string, listener: Listener): this {
      return this.on(event, listener)
    }
    emit(event: string, ...args: unknown[]): void {
      for (const listener of this.listeners[event] ?? []) listener(...args)
    }
  }

  class Input extends Emitter {
    fd = 0
    isTTY = false
    flowing = false
    override on(event: string, listener: Listener): this {
      super.on(event, listener)
      if (!this.flowing && (event === 'data' || event === 'end' || event === 'readable')) {
        this.flowing = true
        soon(() => {
          this.emit('readable')
          if (this.listeners.data && position < host.stdin.length) this.emit('data', rest())
          this.emit('end')
          this.emit('close')
        }, 0)
      }
      return this
    }
    read(): string | null {
      return position < host.stdin.length ? rest() : null
    }
    setEncoding(): this {
      return this
    }
    resume(): this {
      return this
    }
    pause(): this {
      return this
    }
    async *[Symbol.asyncIterator]() {
      const text = this.read()
      if (text !== null) yield text
    }
  }

  class Lines extends Emitter {
    closed = false
    constructor() {
      super()
      soon(() => {
        for (let text = this.closed || !this.listeners.line ? null : line(); text !== null; text = line()) {
          this.emit('line', text)
          if (this.closed) break
        }
        this.close()
      }, 0)
    }
    question(query: string, answer: Listener): void {
      host.write(query)
      soon(() => answer(line() ?? ''), 0)
    }
    setPrompt(): void {}
    prompt(): void {}
    close(): void {
      if (this.closed) return
      this.closed = true
      this.emit('close')
    }
    async *[Symbol.asyncIterator]() {
      for (let text = line(); text !== null; text = line()) yield text
    }
  }

  const print = (...values: unknown[]) => host.write(`${format(values)}\n`)
  const silent = () => {}
  const stdin = new Input()
  const stdout = {
    fd: 1,
    isTTY: false,
    write: (text: unknown) => {
      host.write(String(text))
      return true
    },
  }
  const exit = (status: unknown) => {
    host.exit(Number(status ?? 0))
    throw new Error('the program has ended')
  }
  const fs = {
    readFileSync(file: unknown) {
      if (file === 0 || file === '/dev/stdin') {
        const text = rest()
        return Object.assign(Object(text), { toString: () => text }) as string
      }
      throw new Error(`ENOENT: no such file or directory, open '${file}'`)
    },
    writeFileSync(file: unknown, text: unknown) {
      if (file === 1 || file === '/dev/stdout') return host.write(String(text))
      throw new Error(`EROFS: read-only file system, open '${file}'`)
    },
  }
  // with an encoding Node gives a string, and else a buffer, whose toString() programs call
  const readFileSync = fs.readFileSync
  fs.readFileSync = ((file: unknown, encoding?: unknown) =>
    encoding === undefined ? readFileSync(file) : readFileSync(file).toString()) as typeof readFileSync
  const readline = { createInterface: () => new Lines() }
  const modules: Record<string, unknown> = { fs, readline, process: undefined }
  const streams = { argv: ['node', 'program.js'], env: {}, platform: 'sandbox', stdin, stdout, exit }
  const hrtime = Object.assign(() => [0, Date.now() * 1e6], { bigint: () => BigInt(Date.now()) * 1_000_000n })
  const process = {
    ...streams,
    stderr: { write: () => true },
    hrtime,
    on: () => process,
    nextTick: (run: Listener, ...args: unknown[]) => void Promise.resolve().then(() => run(...args)),
  }
  modules.process = process
  const require = (name: unknown) => {
    const found = modules[String(name).replace(/^node:/, '')]
    if (found === undefined) throw new Error(`Cannot find module '${name}'`)
    return found
  }
  Object.assign(root, {
    console: { log: print, info: print, debug: print, error: silent, warn: silent, trace: silent, assert: silent },
    ...{ print, readline: () => line(), require, process },
    ...{ setTimeout: soon, setInterval: later(true), setImmediate: (run: Listener) => soon(run, 0) },
    ...{ clearTimeout: clear, clearInterval: clear, clearImmediate: clear },
    queueMicrotask: (run: () => void) => void Promise.resolve().then(run),
    module: { exports: {} },
    exports: {},
  })

  /** Plain data, or an error that says what is not. */
  function plain(value: unknown): unknown {
    if (value === undefined) throw 'returned nothing'
    if (value instanceof Map || value instanceof Set) throw `returned a ${value.constructor.name}`
    if (typeof value === 'number' && !Number.isFinite(value)) throw `returned ${value}`
    if (typeof value === 'function' || typeof value === 'symbol') throw `returned a ${typeof value}`
    return value
  }

  let result = 'null'
  const returned = (value: unknown) => {
    try {
      const json = stringify(plain(value), (_, v) => (typeof v === 'bigint' ? Number(v) : v))
      result = `{"returned":${stringify(json)}}`
    } catch (error) {
      result = stringify({ unsuitable: typeof error === 'string' ? error : `returned what is no data: ${error}` })
    }
  }
  const describe = (error: unknown) => {
    const { name, message, stack } = Object(error) as Partial<Error>
    const thrown = error instanceof Error ? '' : `threw ${inspect(error, 1)}`
    return stringify({
      name: thrown ? '' : String(name).slice(0, 100),
      message: (thrown || String(message)).slice(0, 300),
      stack: String(stack ?? '').slice(0, 5000),
    })
  }
  return {
    tick,
    call(f, argumentsJson) {
      const value = (f as Listener)(...(parse(argumentsJson) as unknown[])) as unknown
      if (value instanceof Promise) {
        value.then(returned, (error) => {
          result = `{"threw":${describe(error)}}`
        })
      } else returned(value)
    },
    result: () => result,
    describe,
  }
}
