/**
 * At the scale of the paper: R1-Zero as published is played into a host as fast as it takes it, and then looked at. `--data DIR` keeps the folder; a
 * run that was played into it before is only looked at anew.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHost } from '../host-process.ts'
import type { BenchOptions } from '../options.ts'
import { fillSamples } from '../traces.ts'
import { whatItTakes } from './disk.ts'
import { look } from './look.ts'
import { type Played, play } from './play.ts'

export async function paper({ steps, data }: BenchOptions): Promise<unknown> {
  const folder = data ?? mkdtempSync(join(tmpdir(), 'grpo-paper-'))
  mkdirSync(folder, { recursive: true })
  const note = join(folder, 'played.json')
  try {
    if (!existsSync(note)) {
      const host = await startHost(() => {}, folder)
      try {
        writeFileSync(note, JSON.stringify(await play(host, steps)))
      } finally {
        await host.end()
      }
      // something to look at between
      fillSamples(folder, 2, another, 5000)
    }
    const played = JSON.parse(readFileSync(note, 'utf8')) as Played
    return { ...played, disk: whatItTakes(folder, played), ...(await look(folder, played.runId, another)) }
  } finally {
    if (data === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

const another = '0002-bench'
