/**
 * Python: CPython in WebAssembly (pyodide). After each program the interpreter's memory is put back to what it was before the first one, byte
 * for byte, so that nothing of a program is left to the next: no patched builtin, no module, no allocation. It costs 2 ms; a new
 * interpreter would cost a second.
 */
import { loadPyodide } from 'pyodide'
import { ends, failed, type Outcome } from '../program.ts'
import { fillRandom, processorSeconds, rewindClock } from './clock.ts'
import { gateImports } from './gate.ts'
import type { Machine } from './machine.ts'
import { preparation, withheldModules } from './python-driver.ts'

/** What is used of pyodide's inside: the C interface of Python, and Emscripten's memory and files. */
interface Inside {
  HEAPU8: Uint8Array
  HEAPU32: Uint32Array
  stringToNewUTF8(text: string): number
  UTF8ToString(at: number, bytes?: number): string
  stackSave(): number
  stackRestore(at: number): void
  stackAlloc(bytes: number): number
  growMemory(bytes: number): unknown
  _emscripten_get_sbrk_ptr(): number
  _PyRun_SimpleString(code: number): number
  _PyImport_AddModule(name: number): number
  _PyObject_GetAttrString(object: number, name: number): number
  _PyUnicode_AsUTF8AndSize(text: number, size: number): number
  _PyImport_Inittab: number
  MEMFS: { ops_table: Record<'dir' | 'file' | 'link', Record<'node' | 'stream', Record<string, unknown>>> }
  SOCKFS: Record<string, unknown>
  FS: { ErrnoError: new (code: number) => Error; streams: ({ shared: object } | null)[]; currentPath: string }
}

/** What Python calls outside itself while it runs a program: files (of which there are only its own), the clock, its end. */
const needed =
  /^(__syscall_|fd_|clock_|environ_|_(tzset|localtime|gmtime|mktime|timegm|mmap|munmap|msync|abort)_js$|random_get$|exit$|proc_exit$|invoke_|emscripten_(date_now|get_now|resize_heap|get_heap_max)$|_Py_|_PyEM_|__call_sighandler$|__assert_fail$|_emscripten_runtime_keepalive_clear$|_try_fcntl64$)/

/** Emscripten's numbers for "read-only file system" and "permission denied". */
const [EROFS, EACCES] = [69, 2]
/** What a program has to come to its end in, after an interrupt and before the next, in seconds. */
const insistence = 0.1

/** @param megabytes of the interpreter with a program in it */
export async function startPython(megabytes: number): Promise<Machine> {
  const gate = gateImports()
  // Emscripten's view of the host's files, which is never mounted, asks for the host's constants
  Object.assign(process, { binding: () => ({ fs: {} }) })
  const pyodide = await loadPyodide({ env: { PYTHONHASHSEED: '0', HOME: '/' }, jsglobals: Object.create(null) })
  const inside = (pyodide as unknown as { _module: Inside })._module
  const stdio = standardStreams(pyodide)
  const deadline = interrupts()
  pyodide.setInterruptBuffer(deadline.buffer as unknown as Uint8Array)
  withoutFiles(inside)
  withhold(inside, withheldModules)
  if (inside._PyRun_SimpleString(inside.stringToNewUTF8(preparation)) !== 0) throw new Error('Python was not prepared.')
  gate.close((name) => needed.test(name), {
    random_get(at: number, bytes: number) {
      fillRandom(inside.HEAPU8.subarray(at, at + bytes))
      return 0
    },
  })
  const memory = fixedMemory(inside, megabytes)
  const stack = inside.stackSave()
  const restoreFiles = openFiles(inside)
  const restore = () => {
    memory.restore()
    inside.stackRestore(stack)
    restoreFiles()
  }

  return ({ code, task, limits }) => {
    if (task.kind === 'export') return { outcome: failed('error', 'Python has no default export'), spent: false }
    const request = JSON.stringify({
      code,
      ...(task.kind === 'call' && { name: task.name, arguments: task.arguments }),
    })
    rewindClock()
    stdio.begin(task.kind === 'program' ? task.stdin : '', limits.outputBytes, deadline.now)
    let trap = ''
    try {
      const line = inside.stringToNewUTF8(`_machine(${JSON.stringify(request)})`)
      deadline.begin(limits.seconds)
      inside._PyRun_SimpleString(line)
    } catch (error) {
      trap = String(error)
    }
    const late = deadline.end()
    let outcome = trap ? failed('crash', trap) : readOutcome(inside, limits.outputBytes)
    if (outcome.end === 'crash' && memory.refused()) outcome = failed('memory', '')
    if (stdio.flooded()) outcome = failed('output', '')
    else if (late) outcome = failed('time', '', outcome.line)
    outcome.stdout = stdio.written()
    restore()
    return { outcome, spent: trap !== '' }
  }
}

/** Where the driver's own words end and a program's could begin: there is nothing between them but data. */
function readOutcome(inside: Inside, mostBytes: number): Outcome {
  const [main, name, size] = [
    inside.stringToNewUTF8('__main__'),
    inside.stringToNewUTF8('_outcome'),
    inside.stackAlloc(4),
  ]
  const object = inside._PyObject_GetAttrString(inside._PyImport_AddModule(main), name)
  const text = object === 0 ? 0 : inside._PyUnicode_AsUTF8AndSize(object, size)
  if (text === 0) return failed('crash', 'the interpreter was damaged')
  const bytes = inside.HEAPU32[size >> 2]
  // the limit is of what was returned: the rest of an outcome is short
  if (bytes > mostBytes + 4096) return failed('output', '')
  try {
    const { end, message, line, returned } = JSON.parse(inside.UTF8ToString(text, bytes)) as Outcome
    if (!ends.includes(end) || typeof message !== 'string') throw new Error('no outcome')
    return { end, message, stdout: '', ...(typeof line === 'number' && { line }), ...(end === 'done' && { returned }) }
  } catch {
    return failed('crash', 'the interpreter was damaged')
  }
}

/**
 * All the memory that there will be from the beginning, so that what a program can have does not depend on those before it; what was used
 * of it is put back by `restore`.
 */
function fixedMemory(inside: Inside, megabytes: number): { restore(): void; refused(): boolean } {
  inside.growMemory(megabytes * 2 ** 20)
  let refused = false
  WebAssembly.Memory.prototype.grow = () => {
    refused = true
    throw new RangeError('the memory limit')
  }
  const end = () => inside.HEAPU32[inside._emscripten_get_sbrk_ptr() >> 2]
  const first = inside.HEAPU8.slice(0, end())
  return {
    restore() {
      const used = Math.max(end(), first.length)
      inside.HEAPU8.set(first)
      inside.HEAPU8.fill(0, first.length, used)
      refused = false
    },
    refused: () => refused,
  }
}

/** stdin, and what goes to stdout; stderr goes nowhere. */
function standardStreams(pyodide: Awaited<ReturnType<typeof loadPyodide>>) {
  let input = new Uint8Array()
  let [read, size, most] = [0, 0, 0]
  let output: Uint8Array[] = []
  let stop = () => {}
  pyodide.setStdin({
    read(into: Uint8Array) {
      const bytes = input.subarray(read, read + into.length)
      into.set(bytes)
      read += bytes.length
      return bytes.length
    },
  })
  pyodide.setStdout({
    write(bytes: Uint8Array) {
      size += bytes.length
      if (size > most) stop()
      else output.push(bytes.slice())
      return bytes.length
    },
  })
  pyodide.setStderr({ write: (bytes: Uint8Array) => bytes.length })
  return {
    begin(stdin: string, mostBytes: number, flood: () => void) {
      ;[input, output, read, size, most, stop] = [new TextEncoder().encode(stdin), [], 0, 0, mostBytes, flood]
    },
    flooded: () => size > most,
    written() {
      const all = new Uint8Array(output.reduce((sum, part) => sum + part.length, 0))
      let at = 0
      for (const part of output) {
        all.set(part, at)
        at += part.length
      }
      return new TextDecoder().decode(all)
    },
  }
}

/**
 * Python asks every few thousand instructions whether it was interrupted (SIGINT is 2). It is when its time is over, and again and again
 * as long as it goes on nevertheless.
 */
function interrupts() {
  let [next, fired] = [Number.POSITIVE_INFINITY, false]
  return {
    buffer: {
      get 0() {
        const now = processorSeconds()
        if (now < next) return 0
        next = now + insistence
        fired = true
        return 2
      },
      set 0(_) {},
    },
    begin(seconds: number) {
      ;[next, fired] = [processorSeconds() + seconds, false]
    },
    now() {
      next = 0
    },
    end() {
      next = Number.POSITIVE_INFINITY
      return fired
    },
  }
}

/** The way back to the files that are open now: a program may close its stdout, or put another file in its place. */
function openFiles({ FS }: Inside): () => void {
  const path = FS.currentPath
  const streams = FS.streams.map((stream) => stream && { stream, own: { ...stream }, shared: { ...stream.shared } })
  return () => {
    FS.currentPath = path
    FS.streams = streams.map((kept) => {
      if (!kept) return null
      Object.assign(kept.own.shared, kept.shared)
      return Object.assign(kept.stream, kept.own)
    })
  }
}

/** The standard library can be read, nothing can be written, no socket opened. */
function withoutFiles({ MEMFS, SOCKFS, FS }: Inside): void {
  const refuse = (code: number) => () => {
    throw new FS.ErrnoError(code)
  }
  const { dir, file, link } = MEMFS.ops_table
  for (const change of ['mknod', 'rename', 'unlink', 'rmdir', 'symlink']) dir.node[change] = refuse(EROFS)
  for (const { node } of [dir, file, link]) node.setattr = refuse(EROFS)
  for (const change of ['write', 'allocate', 'msync']) file.stream[change] = refuse(EROFS)
  SOCKFS.createSocket = refuse(EACCES)
}

/** Takes the names of C modules out of the interpreter's table of them (`PyImport_Inittab`), where no import finds them again. */
function withhold(inside: Inside, names: readonly string[]): void {
  for (let entry = inside.HEAPU32[inside._PyImport_Inittab >> 2]; ; entry += 8) {
    const name = inside.HEAPU32[entry >> 2]
    if (name === 0) return
    if (names.includes(inside.UTF8ToString(name))) inside.HEAPU8[name] = 0
  }
}
