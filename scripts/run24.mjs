/** Runs one of the project's programs on its own Node 24, after the set-up: `node scripts/run24.mjs FILE [ARGUMENTS]`. */
import { spawnSync } from 'node:child_process'
import { checkNode } from './setup/check-node.mjs'

checkNode()
const { setUp } = await import('./setup/index.mjs')
const { node24, root } = await import('./setup/places.mjs')
if (!(await setUp())) process.exit(1)
const [file, ...args] = process.argv.slice(2)
const options = ['--disable-warning=ExperimentalWarning', file, ...args]
// The program gets Ctrl-C from the terminal itself, and ends in its own way.
process.removeAllListeners('SIGINT').on('SIGINT', () => {})
const { status } = spawnSync(node24().executable, options, { cwd: root, stdio: 'inherit' })
process.exit(status ?? 1)
