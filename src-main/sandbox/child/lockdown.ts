/**
 * Takes away what a JavaScript program of this process could do to its host. Interpreters in WebAssembly reach nothing by themselves: this
 * is for the case that a program gets out of one. What remains is the language. (That there is no file, process, thread or addon to be had
 * either is Node's permission model, and that no string becomes code is V8's flag: see ../process.ts.)
 */
import dgram from 'node:dgram'
import dns from 'node:dns'
import { registerHooks, syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

/** The language's own names, and what interpreters use of the host's: text encoding and the clock. */
const language = new Set([
  ...['globalThis', 'Infinity', 'NaN', 'undefined', 'Object', 'Function', 'Array', 'Number', 'Boolean', 'String'],
  ...['Symbol', 'BigInt', 'Math', 'JSON', 'Reflect', 'Proxy', 'Promise', 'Date', 'RegExp', 'Map', 'Set', 'WeakMap'],
  ...['WeakSet', 'WeakRef', 'FinalizationRegistry', 'ArrayBuffer', 'DataView', 'Uint8Array', 'Uint8ClampedArray'],
  ...['Int8Array', 'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array'],
  ...['BigInt64Array', 'BigUint64Array', 'Float16Array', 'Iterator', 'Error', 'EvalError', 'RangeError'],
  ...['ReferenceError', 'SyntaxError', 'TypeError', 'URIError', 'AggregateError', 'SuppressedError', 'parseInt'],
  ...['parseFloat', 'isNaN', 'isFinite', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent'],
  ...['TextEncoder', 'TextDecoder', 'WebAssembly', 'performance'],
])

const deny = () => {
  throw new Error('There is no network in the sandbox.')
}

/** Call it once all modules are loaded: none of Node can be imported afterwards, and no package. */
export function lockDown(): void {
  for (const { prototype } of [net.Socket, net.Server, dgram.Socket])
    for (const way of ['connect', 'listen', 'bind', 'send']) Object.assign(prototype, { [way]: deny })
  for (const module of [net, dgram, dns, dns.promises])
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(module)))
      if (typeof value === 'function') Object.assign(module, { [name]: deny })
  syncBuiltinESMExports()
  registerHooks({
    // an interpreter may import more of its own files; the permission model says which those are
    resolve(specifier, context, next) {
      if (specifier.startsWith('./')) return next(specifier, context)
      throw new Error('Nothing can be imported in the sandbox.')
    },
  })
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (language.has(name)) continue
    if (!Reflect.deleteProperty(globalThis, name)) throw new Error(`${name} cannot be taken away.`)
  }
  // which Emscripten warns and mourns on
  const silent = () => {}
  globalThis.console = { log: silent, warn: silent, error: silent } as unknown as Console
}
