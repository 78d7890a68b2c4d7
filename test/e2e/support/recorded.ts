/** A data folder with two finished runs of the real engine, made once: a test that only looks at a run works on a copy. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectFolder } from './shell.ts'

/** How the workers hear where it is. */
const variable = 'GRPO_STUDIO_RECORDED'

/** @returns the folder */
export function recordRuns(): string {
  const folder = mkdtempSync(join(tmpdir(), 'grpo-studio-recorded-'))
  const recipe = join(projectFolder, 'test', 'e2e', 'recipes', 'recorded.json')
  for (const seed of ['1', '2'])
    execFileSync(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        join(projectFolder, 'src-main', 'headless.ts'),
        ...['run', recipe, '--set', `seed=${seed}`, '--data', folder],
      ],
      { cwd: projectFolder, stdio: ['ignore', 'ignore', 'pipe'] },
    )
  process.env[variable] = folder
  return folder
}

export function copyRecorded(dataFolder: string): void {
  cpSync(process.env[variable] as string, dataFolder, { recursive: true })
}
