/** `npm test [-- SUITE…]`: the set-up, every check and every test, and one plain line at the end: `N passed, N failed`. */
import { checkNode } from './setup/check-node.mjs'

checkNode()
const { test } = await import('./setup/test.mjs')
process.exitCode = await test(process.argv.slice(2))
