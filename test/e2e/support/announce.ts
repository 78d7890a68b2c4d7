/** Says before the first test whether the suite runs against Electron too. */
import { electronHere } from './electron.ts'

export default function announce(): void {
  const here = electronHere()
  const said = 'binary' in here ? `runs against it too (${here.binary})` : `skipped, as ${here.reason}`
  process.stdout.write(`Electron: the suite ${'binary' in here ? said : `is ${said}`}.\n`)
}
