/** How the window and Electron's main process are built. The same sources run unbuilt in plain Node (src-main/headless.ts). */
import path from 'node:path'
import react from '@vitejs/plugin-react'
import type { UserConfig } from 'vite'

const root = import.meta.dirname
const source = (file: string) => path.join(root, file)

const renderer: UserConfig = {
  root: source('src-renderer'),
  // Relative addresses: the window is served from any port, and from files in Electron.
  base: './',
  plugins: [react()],
  build: {
    outDir: source('out/renderer'),
    emptyOutDir: true,
    // It is loaded from this machine, and charts are most of it.
    chunkSizeWarningLimit: 3000,
    rollupOptions: { input: source('src-renderer/index.html') },
  },
}

const main: UserConfig = {
  build: {
    outDir: source('out/main'),
    target: 'node24',
    rollupOptions: {
      // What runs in a process or thread of its own is a file of its own (src-main/host/entries.ts).
      input: {
        main: source('src-main/electron/main.ts'),
        engine: source('src-main/engine/main.ts'),
        probe: source('src-main/engine/tensor/probe.ts'),
        'reader-worker': source('src-main/store/reader-worker.ts'),
        'packing-worker': source('src-main/store/packing-worker.ts'),
        sandbox: source('src-main/sandbox/child/main.ts'),
        'chat-template-worker': source('src-main/engine/model/chat-template-worker.ts'),
      },
      // Flat, as the entries find each other beside themselves.
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
}

const preload: UserConfig = {
  build: {
    outDir: source('out/preload'),
    rollupOptions: {
      input: { preload: source('src-main/electron/preload.ts') },
      // A sandboxed preload script is CommonJS.
      output: { format: 'cjs', entryFileNames: '[name].cjs' },
    },
  },
}

export default { main, preload, renderer }
