/** How many programs the sandbox runs a second, all its interpreters warm, and how long a start takes. */
import type { ProgramLanguage } from '../../src-main/sandbox/program.ts'
import { closeSandbox, runProgram } from '../../src-main/sandbox/sandbox.ts'

const programs: Record<ProgramLanguage, string> = {
  python:
    'from collections import Counter\nwords = input().split()\nprint(max(Counter(words).values()), sum(range(len(words))))',
  javascript:
    'const words = require("fs").readFileSync(0, "utf8").trim().split(" "); console.log(new Set(words).size, words.length)',
  typescript:
    'const words: string[] = require("fs").readFileSync(0, "utf8").trim().split(" "); console.log(new Set(words).size, words.length)',
}
const limits = { seconds: 4, megabytes: 256, outputBytes: 100_000 }
const MILLISECONDS = 3000
/** Asked for at once, so that no interpreter waits. */
const AT_ONCE = 16

export async function programsPerSecond(): Promise<Record<string, { perSecond: number; startSeconds: number }>> {
  const figures: Record<string, { perSecond: number; startSeconds: number }> = {}
  for (const language of Object.keys(programs) as ProgramLanguage[]) {
    const some = () => Promise.all(Array.from({ length: AT_ONCE }, () => run(language)))
    closeSandbox()
    const begun = performance.now()
    await some()
    const startSeconds = (performance.now() - begun) / 1000
    await some()
    const started = performance.now()
    let count = 0
    while (performance.now() - started < MILLISECONDS) count += (await some()).length
    figures[language] = { perSecond: (1000 * count) / (performance.now() - started), startSeconds }
    console.error(`  ${language}: ${figures[language].perSecond.toFixed(0)} programs a second`)
  }
  closeSandbox()
  return figures
}

async function run(language: ProgramLanguage): Promise<void> {
  const task = { kind: 'program', stdin: 'a b a c\n' } as const
  const { end, message } = await runProgram({ language, code: programs[language], task, limits })
  if (end !== 'done') throw new Error(`${language}: ${end}, ${message}`)
}
