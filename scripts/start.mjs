/** `npm start`: all the set-up that is still to do, then the app: in Electron's window where that can be had, else in a browser. */
import { checkNode } from './setup/check-node.mjs'

checkNode()
const { start } = await import('./setup/start.mjs')
process.exitCode = await start(process.argv.slice(2))
