/** A person's own rewards: files in the data folder, and what one says of samples that are stored. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import {
  isRewardFile,
  type OwnReward,
  type OwnRewardResult,
  type OwnRewardTrial,
  ownRewardSchema,
  type TriedSample,
} from '../contract/own-reward.ts'
import type { Recipe } from '../contract/recipe.ts'
import type { CompletionRecord, GroupRecord } from '../contract/records.ts'
import { parametersOf } from '../contract/rewards.ts'
import { type OwnVerdict, ownVerdicts } from '../sandbox/own-reward.ts'
import type { Host } from './host.ts'

const folderOf = (dataFolder: string) => join(dataFolder, 'rewards')
/** TypeScript is what they may be written in: JavaScript is some of it. */
const fileOf = (dataFolder: string, name: string) => join(folderOf(dataFolder), `${name}.ts`)

export function listOwnRewards(dataFolder: string): OwnReward[] {
  let files: string[]
  try {
    files = readdirSync(folderOf(dataFolder)).filter((file) => file.endsWith('.ts'))
  } catch {
    return []
  }
  return files.sort().map((file) => ({
    name: file.slice(0, -3),
    code: readFileSync(join(folderOf(dataFolder), file), 'utf8'),
  }))
}

/** @throws StudioError data-folder if it cannot be written */
export function saveOwnReward(dataFolder: string, { name, code }: OwnReward): void {
  const file = fileOf(dataFolder, name)
  try {
    mkdirSync(folderOf(dataFolder), { recursive: true })
    writeFileSync(`${file}.new`, code)
    renameSync(`${file}.new`, file)
  } catch (error) {
    const { code: reason } = error as NodeJS.ErrnoException
    throw new StudioError(
      'data-folder',
      `The reward ${file} cannot be written (${reason}).`,
      'Copy it from the editor.',
      {
        cause: error,
      },
    )
  }
}

export function removeOwnReward(dataFolder: string, name: string): void {
  rmSync(fileOf(dataFolder, name), { force: true })
}

/**
 * The recipe with the code of its own reward in it.
 * @throws StudioError bad-recipe for a file that cannot be read, or a name that was not saved
 */
export function withOwnReward(recipe: Recipe, dataFolder: string): Recipe & { ownReward?: OwnReward } {
  const { ownReward } = recipe
  if (typeof ownReward !== 'string') return { ...recipe, ownReward }
  return { ...recipe, ownReward: readOwnReward(ownReward, dataFolder) }
}

/** @param from a path, or the name of one that was saved */
function readOwnReward(from: string, dataFolder: string): OwnReward {
  const file = isRewardFile(from) ? from : fileOf(dataFolder, from)
  try {
    return ownRewardSchema.parse({ name: from, code: readFileSync(file, 'utf8') })
  } catch (error) {
    const saved = listOwnRewards(dataFolder).map(({ name }) => name)
    throw new StudioError(
      'bad-recipe',
      `The reward ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'it is empty or too long'}.`,
      `ownReward is the path of a .js or .ts file, or the name of a saved one: ${saved.join(', ') || 'there is none'}.`,
      { cause: error },
    )
  }
}

/** What it says of the newest samples up to a step. */
export async function tryOwnReward(host: Host, trial: OwnRewardTrial): Promise<OwnRewardResult> {
  const { code, runId, limit } = trial
  const { settings, step: newest } = await host.ask.run(runId)
  const groups = await newestGroups(host, runId, Math.min(trial.step ?? newest, newest), limit)
  const { seconds, megabytes } = parametersOf('own', settings.rewardParameters)
  const started = performance.now()
  const judged = await Promise.all(
    groups.map(async ({ step, record }) => {
      const completions = record.completions.map(({ text, tokens, finishReason }) => {
        return { text, tokens: tokens ?? Number.NaN, finished: finishReason === 'stop' }
      })
      const { prompt, answer } = record
      const data = await host.ask.problemData(runId, prompt)
      const group = { prompt, answer, data, tokenLimit: settings.maxCompletionTokens, completions }
      const limits = { seconds, megabytes, outputBytes: 10_000_000 }
      return { step, record, verdicts: await ownVerdicts({ name: 'reward', code }, group, limits) }
    }),
  )
  const problems = new Map<string, OwnRewardResult['problems'][number]>()
  const samples = judged.flatMap(({ step, record, verdicts }) =>
    record.completions.map(({ sample, text, reward }, i): TriedSample => {
      const { line, ...verdict } = verdicts[i]
      if (verdict.value === null) count(problems, verdicts[i])
      const { group, prompt, answer } = record
      return { step, group, sample, prompt, answer, text, reward: Number.isFinite(reward) ? reward : null, ...verdict }
    }),
  )
  return {
    samples,
    problems: [...problems.values()].sort((a, b) => b.samples - a.samples).slice(0, 5),
    milliseconds: performance.now() - started,
  }
}

function count(problems: Map<string, OwnRewardResult['problems'][number]>, { reason, line }: OwnVerdict): void {
  const problem = problems.get(reason) ?? { message: reason, line: line ?? null, samples: 0 }
  problem.samples++
  problems.set(reason, problem)
}

type ReadGroup = Omit<GroupRecord, 'completions'> & { completions: (CompletionRecord & { text: string })[] }

/** Without the completions whose texts were not kept. */
async function newestGroups(
  host: Host,
  runId: string,
  last: number,
  limit: number,
): Promise<{ step: number; record: ReadGroup }[]> {
  const found: { step: number; record: ReadGroup }[] = []
  let samples = 0
  for (let step = last; step >= 1 && samples < limit; step--) {
    for (const { group } of await host.ask.groupsOfStep(runId, step)) {
      if (samples >= limit) break
      const record = await host.ask.group(runId, step, group)
      const completions = record.completions.flatMap((one) => (one.text === null ? [] : [{ ...one, text: one.text }]))
      if (completions.length > 0) found.push({ step, record: { ...record, completions } })
      samples += completions.length
    }
  }
  return found
}
