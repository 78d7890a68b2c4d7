/** JavaScript and TypeScript: QuickJS in WebAssembly, an instance of its own for each program, which takes a millisecond. */
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'
import imported from '@jitl/quickjs-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, newVariant, type QuickJSSyncVariant } from 'quickjs-emscripten-core'
import { failed, type Job, type Outcome } from '../program.ts'
import { rewindClock } from './clock.ts'
import { JavaScriptRun } from './javascript-run.ts'
import type { Machine } from './machine.ts'

// its types are those of its CommonJS side
const variant = imported as unknown as QuickJSSyncVariant

export async function startJavaScript(): Promise<Machine> {
  const file = fileURLToPath(import.meta.resolve('@jitl/quickjs-wasmfile-release-sync/wasm'))
  const wasmModule = await WebAssembly.compile(readFileSync(file))
  // loaded now: only files beside their own can be imported later on
  const [ffi, loader] = [await variant.importFFI(), await variant.importModuleLoader()]
  const loaded: QuickJSSyncVariant = { ...variant, importFFI: async () => ffi, importModuleLoader: async () => loader }
  const fresh = () => newQuickJSWASMModuleFromVariant(newVariant(loaded, { wasmModule }))
  await fresh()
  withoutTypes('let a: number')
  return async (job) => {
    const code = job.language === 'typescript' ? withoutTypes(job.code) : job.code
    if (typeof code !== 'string') return { outcome: code, spent: false }
    rewindClock()
    return { outcome: new JavaScriptRun(await fresh(), { ...job, code }).outcome(), spent: false }
  }
}

/** Types become blanks, so that lines stay what they are; enums and their like become code. */
function withoutTypes(code: Job['code']): string | Outcome {
  try {
    return stripTypeScriptTypes(code)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return notTypeScript(error)
  }
  try {
    return stripTypeScriptTypes(code, { mode: 'transform' })
  } catch (error) {
    return notTypeScript(error)
  }
}

function notTypeScript(error: unknown): Outcome {
  return failed('syntax', `SyntaxError: ${(error as Error).message.replace(/\s+/g, ' ').trim().slice(0, 300)}`)
}
