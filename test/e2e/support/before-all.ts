/** Before the first test: says whether the suite runs against Electron too, and lets the real engine train what tests look at afterwards. */
import { rmSync } from 'node:fs'
import { electronHere } from './electron.ts'
import { recordRuns } from './recorded.ts'

export default function beforeAll(): () => void {
  const here = electronHere()
  const said = 'binary' in here ? `runs against it too (${here.binary})` : `skipped, as ${here.reason}`
  process.stdout.write(`Electron: the suite ${'binary' in here ? said : `is ${said}`}.\n`)
  const folder = recordRuns()
  return () => rmSync(folder, { recursive: true, force: true })
}
