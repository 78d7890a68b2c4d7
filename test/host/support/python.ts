/** The Python on this machine, for tests of the client in `python/`. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const sources = fileURLToPath(new URL('../../../python', import.meta.url))
const lacksTrl =
  'import sys; from importlib.util import find_spec; sys.exit(not all(map(find_spec, ["torch", "trl", "datasets"])))'
const enough = 'import sqlite3, sys; sys.exit(sys.version_info < (3, 9))'

/** Its command; undefined where there is none of 3.9 or later with SQLite. `GRPO_STUDIO_PYTHON` names another. */
export const python: string | undefined = [process.env.GRPO_STUDIO_PYTHON, 'python3', 'python'].find(
  (name) => name && spawnSync(name, ['-c', enough]).status === 0,
)

/** Whether it has TRL. */
export const hasTrl = !!python && spawnSync(python, ['-c', lacksTrl]).status === 0

/** A process of it, with the client, which finds the app by its data folder. It has printed a line when this returns. */
export async function startPython(dataFolder: string, args: string[]) {
  const env = { ...process.env, GRPO_STUDIO_DATA: dataFolder, PYTHONPATH: sources, PYTHONDONTWRITEBYTECODE: '1' }
  const child = spawn(python!, args, { cwd: sources, env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = { errors: '' }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.errors += text
  })
  const ended = once(child, 'close') as Promise<[number | null]>
  await Promise.race([once(child.stdout, 'data'), ended])
  return { child, ended, said }
}
