/** Plain enough for any Node that knows modules: it tells an old one apart before anything newer is parsed. */
import process from 'node:process'

const OLDEST = 20

export function checkNode(version = process.versions.node) {
  if (Number(version.split('.')[0]) >= OLDEST) return
  process.stderr.write(
    `! Node ${version} is too old. The set-up needs Node ${OLDEST} or newer; install one (nodejs.org) and run the same command again.\n`,
  )
  process.exit(1)
}
