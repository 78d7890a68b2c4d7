/** Begins to make a run in a data folder, and is killed in the midst of it: `half-made.ts <folder> folder|files|rows`. */
import { mkdirSync } from 'node:fs'
import { initialSettings } from '../../../src-main/contract/recipe.ts'
import { createRun } from '../../../src-main/host/new-run.ts'
import { runFolder } from '../../../src-main/store/folder.ts'
import { Store } from '../../../src-main/store/store.ts'
import { recipeOf } from './records.ts'

const [folder, moment] = process.argv.slice(2)
const killed = () => process.kill(process.pid, 'SIGKILL')
const config = recipeOf()
if (moment === 'folder') {
  mkdirSync(runFolder(folder, `0002-${config.name}`))
  killed()
}
createRun(
  new Store(folder, false),
  folder,
  { config, backendWanted: null, settings: initialSettings(config) },
  moment === 'files' ? { files: killed } : { rows: killed },
)
