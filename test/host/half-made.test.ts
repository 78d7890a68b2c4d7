/** An app that is killed while it makes a run, as a launch, a fork and a roll back do, leaves nothing of it behind. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { BEING_MADE, runFolder } from '../../src-main/store/folder.ts'
import { openHost, scripted, withOneRun } from './support/hosts.ts'
import { recipeOf } from './support/records.ts'

const script = fileURLToPath(new URL('./support/half-made.ts', import.meta.url))

test.each(['folder', 'files', 'rows'])('killed at its %s', async (moment) => {
  const folder = await withOneRun()
  const { signal } = spawnSync(process.execPath, [script, folder, moment])
  expect(signal).toBe('SIGKILL')
  expect(readdirSync(join(folder, 'runs'))).toHaveLength(2)

  const host = openHost({ dataFolder: folder, startEngine: scripted({ steps: 1 }) })
  const [run, ...others] = await host.ask.runs()
  expect([run.number, others]).toEqual([1, []])
  expect(readdirSync(join(folder, 'runs'))).toEqual([run.id])
  const { number } = await host.launch(recipeOf())
  expect(number).toBe(2)
  await host.idle()
})

test('a run that is whole stays, and so does a folder that the database does not know', async () => {
  const folder = await withOneRun()
  const [id] = readdirSync(join(folder, 'runs'))
  // killed after its rows were written, before the mark was taken away
  const mark = join(runFolder(folder, id), BEING_MADE)
  expect(existsSync(mark)).toBe(false)
  writeFileSync(mark, '')
  const foreign = runFolder(folder, '0009-from-elsewhere')
  mkdirSync(foreign)
  writeFileSync(join(foreign, 'run.json'), '{}')

  const host = openHost({ dataFolder: folder })
  expect((await host.ask.runs()).map((run) => run.id)).toEqual([id])
  expect(existsSync(mark)).toBe(false)
  expect(existsSync(foreign)).toBe(true)
})
