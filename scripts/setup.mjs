/** `npm run setup`: the set-up alone. Also what bin/grpo-studio runs when the packages are not there. */
import { checkNode } from './setup/check-node.mjs'

checkNode()
const { setUp } = await import('./setup/index.mjs')
process.exitCode = (await setUp()) ? 0 : 1
