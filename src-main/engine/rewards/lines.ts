/** JSON lines of completions, as rewards take them when there is no run: read, checked, and put into groups. */
import { z } from 'zod'
import { domains } from '../../contract/domains.ts'
import { StudioError } from '../../contract/errors.ts'
import {
  parametersSchema,
  type RewardName,
  type RewardParameters,
  rewardInfo,
  rewardNames,
} from '../../contract/rewards.ts'
import { rowsOfLines } from '../../library/data-files.ts'
import { firstOf, readRows } from '../../library/rows.ts'
import type { Group, Verdict } from './reward.ts'
import { judge } from './score.ts'

const lineSchema = z.object({
  completion: z.string(),
  answer: z.string().default(''),
  prompt: z.string().default(''),
  data: z.record(z.string(), z.unknown()).optional(),
  domain: z.enum(domains).optional(),
  finished: z.boolean().default(true),
  tokens: z.number().int().min(0).optional(),
})
export type Line = z.infer<typeof lineSchema>

/** @throws StudioError bad-request, naming every line that is wrong (the first ten of them) by its number */
export function readLines(text: string, name: RewardName): Line[] {
  const { read, wrong } = readRows(rowsOfLines(text), (value) => lineOf(value, name))
  if (wrong.length > 0)
    throw new StudioError(
      'bad-request',
      `The input cannot be scored: ${firstOf(wrong)}.`,
      'Give one object a line, like {"completion":"… \\\\boxed{4}","answer":"4"}. Nothing was scored.',
    )
  return read
}

function lineOf(json: unknown, name: RewardName): Line | string {
  const read = lineSchema.safeParse(json)
  if (!read.success) return `has a bad ${read.error.issues.map((i) => i.path.join('.') || 'value').join(' and ')}`
  if (rewardInfo[name].needsTokens && read.data.tokens === undefined) return `has no "tokens", which ${name} measures`
  return read.data
}

/** Verdicts in the order of the lines. Lines of the same problem (prompt, answer, data, domain) are a group. */
export async function scoreLines(
  lines: readonly Line[],
  name: RewardName,
  parameters: RewardParameters,
  tokenLimit: number,
): Promise<Verdict[]> {
  const groups = new Map<string, number[]>()
  lines.forEach(({ prompt, answer, data, domain }, i) => {
    const key = JSON.stringify([prompt, answer, domain, data])
    groups.set(key, [...(groups.get(key) ?? []), i])
  })
  const verdicts: Verdict[] = []
  for (const places of groups.values()) {
    const completions = places.map((i) => {
      const { completion: text, finished, tokens = 0 } = lines[i]
      return { text, finished, tokens }
    })
    const group: Group = { problem: lines[places[0]], completions, tokenLimit }
    const judged = await judge(name, group, parameters)
    judged.forEach((verdict, i) => {
      verdicts[places[i]] = verdict
    })
  }
  return verdicts
}

/** @throws StudioError bad-request for a reward that there is not */
export function rewardNamed(name: string): RewardName {
  if ((rewardNames as string[]).includes(name)) return name as RewardName
  throw new StudioError('bad-request', `There is no reward "${name}".`, `Rewards: ${rewardNames.join(', ')}.`)
}

/** `key=value` assignments of one reward's parameters. @throws StudioError bad-setting naming the assignment */
export function readParameters(name: RewardName, assignments: readonly string[]): RewardParameters {
  const known = Object.keys(rewardInfo[name].parameters)
  const values: Record<string, number | string> = {}
  for (const assignment of assignments) {
    const at = assignment.indexOf('=')
    const [key, text] = [assignment.slice(0, Math.max(at, 0)), assignment.slice(at + 1)]
    const value = text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
    const read = parametersSchema(name).safeParse({ [key]: value })
    if (!read.success)
      throw new StudioError(
        'bad-setting',
        `"${assignment}" is no parameter of ${name}: ${read.error.issues.map((i) => i.message).join('; ')}.`,
        known.length > 0 ? `Parameters: ${known.join(', ')}, as key=value.` : `${name} has none.`,
      )
    Object.assign(values, read.data)
  }
  return { [name]: values }
}
