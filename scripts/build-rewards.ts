/** Builds the rules as one ES module, out/rewards/rewards.mjs, which judges on any machine with a Node of version 22 or later. */
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

await build({
  configFile: false,
  logLevel: 'warn',
  root,
  publicDir: false,
  build: {
    outDir: 'out/rewards',
    emptyOutDir: true,
    target: 'node22',
    ssr: 'src-main/engine/rewards/service-main.ts',
    rollupOptions: { output: { format: 'es', entryFileNames: 'rewards.mjs', codeSplitting: false } },
  },
  // all that it needs is in the one file
  ssr: { noExternal: true },
})
