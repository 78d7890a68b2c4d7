/** The host in plain Node: the command line, and the app in a browser. */
import { main } from './cli/program.ts'

await main(process.argv.slice(2))
