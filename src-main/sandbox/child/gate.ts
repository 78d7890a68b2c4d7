/**
 * The functions that an interpreter's WebAssembly may call outside itself. While it loads it needs many; from `close` on only those that the
 * caller names. What a program finds of the others inside (Python's bridge to JavaScript is among its objects) then leads nowhere.
 */

type Imports = Record<string, Record<string, unknown>>

interface Gate {
  /** @param instead what is called from now on in place of a function of this name */
  close(allowed: (name: string) => boolean, instead: Readonly<Record<string, (...args: never[]) => unknown>>): void
}

/** Holds for what is instantiated from now on. */
export function gateImports(): Gate {
  let isAllowed: ((name: string) => boolean) | undefined
  const replaced = new Map<string, (...args: unknown[]) => unknown>()
  const gated = (module: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(module).map(([name, value]) => {
        if (typeof value !== 'function') return [name, value]
        const call = value as (...args: unknown[]) => unknown
        const gate = (...args: unknown[]) => {
          if (isAllowed && !isAllowed(name)) throw new Error(`${name} is closed`)
          return (replaced.get(name) ?? call)(...args)
        }
        return [name, gate]
      }),
    )
  const instantiate = WebAssembly.instantiate as unknown as (source: unknown, imports: Imports) => unknown
  const own = (source: unknown, imports: Imports = {}) => {
    const { env, wasi_snapshot_preview1: wasi, ...rest } = imports
    return instantiate(source, {
      ...rest,
      ...(env && { env: gated(env) }),
      ...(wasi && { wasi_snapshot_preview1: gated(wasi) }),
    })
  }
  Object.assign(WebAssembly, { instantiate: own })
  return {
    close(allowed, instead) {
      for (const [name, call] of Object.entries(instead)) replaced.set(name, call as (...args: unknown[]) => unknown)
      // asked at every call: each name once
      const known = new Map<string, boolean>()
      isAllowed = (name) => {
        const before = known.get(name)
        if (before !== undefined) return before
        known.set(name, allowed(name))
        return allowed(name)
      }
      Object.assign(WebAssembly, { instantiate })
    },
  }
}
