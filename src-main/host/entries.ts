/** Where the other entry points lie: TypeScript files beside this one when run from source, bundles when built for Electron. */

const built = import.meta.url.endsWith('.js')

function entry(source: string, bundle: string): URL {
  return new URL(built ? bundle : source, import.meta.url)
}

export const engineEntry = entry('../engine/main.ts', './engine.js')
export const readerEntry = entry('../store/reader-worker.ts', './reader-worker.js')
export const packingEntry = entry('../store/packing-worker.ts', './packing-worker.js')
export const probeEntry = entry('../engine/tensor/probe.ts', './probe.js')
/** The project's folder: it holds `resources/` and `out/renderer/`. */
export const projectFolder = new URL('../../', import.meta.url)
