/** How the app is packaged: `npm run package`. docs/packaging.md says what is needed for it, and what was not run. */

import type { Configuration } from 'electron-builder'

/** Updates are looked for where whoever packages says that they will be, and nowhere else. */
const updates = process.env.GRPO_STUDIO_UPDATES

const config: Configuration = {
  appId: 'studio.grpo.app',
  productName: 'grpo-studio',
  directories: { output: 'dist', buildResources: 'resources/icons' },
  files: [
    'out/main/**',
    'out/preload/**',
    'out/renderer/**',
    'out/rewards/**',
    'python/grpo_studio/**',
    'resources/**',
    'package.json',
    // Node itself is for running from sources; Electron brings its own
    '!node_modules/node-*{,/**}',
    '!**/__pycache__{,/**}',
    '!**/*.map',
  ],
  asar: true,
  // What the system loads, and what a confined process may read by the name of its folder.
  asarUnpack: [
    '**/*.node',
    'out/main/sandbox.js',
    'node_modules/better-sqlite3/**',
    'node_modules/@tensorflow/tfjs-node-gpu/**',
    'node_modules/@tensorflow/tfjs-backend-wasm/**',
    'node_modules/webgpu/**',
    'node_modules/pyodide/**',
    'node_modules/ws/**',
    'node_modules/quickjs-emscripten-core/**',
    'node_modules/@jitl/**',
    'resources/**',
  ],
  // All addons keep to Node-API, which Electron has too; tfjs-node's own build fetches from a host that many networks block.
  npmRebuild: false,
  electronFuses: {
    // The sandbox of programs is Electron as a Node with Node's permission model: docs/security.md.
    runAsNode: true,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  },
  protocols: [{ name: 'grpo-studio', schemes: ['grpo-studio'], role: 'Viewer' }],
  fileAssociations: [
    {
      ext: 'grpo',
      name: 'grpo-studio recipe',
      description: 'Recipe of grpo-studio',
      mimeType: 'application/x-grpo-recipe+json',
      role: 'Editor',
      rank: 'Owner',
    },
  ],
  linux: {
    target: ['AppImage', 'deb'],
    category: 'Science',
    synopsis: 'Train small language models to reason, and watch and steer it',
    maintainer: 'grpo-studio',
    icon: 'icon.png',
  },
  mac: {
    target: ['dmg', 'zip'],
    category: 'public.app-category.developer-tools',
    hardenedRuntime: true,
    icon: 'icon.png',
  },
  win: { target: ['nsis'], icon: 'icon.png' },
  // Windows knows a file association of programs that are installed for everyone alone.
  nsis: {
    oneClick: false,
    perMachine: true,
    allowToChangeInstallationDirectory: true,
    deleteAppDataOnUninstall: false,
  },
  publish: updates ? { provider: 'generic', url: updates } : null,
}

export default config
