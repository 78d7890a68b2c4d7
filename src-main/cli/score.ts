import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { StudioError } from '../contract/errors.ts'
import { isRewardFile } from '../contract/own-reward.ts'
import { type RewardParameter, rewardInfo, rewardNames } from '../contract/rewards.ts'
import { rewardModelsFolder, usableRewardModels } from '../library/reward-models.ts'
import { dataFolder, dataOption, jsonOption, wholeNumber } from './options.ts'
import { printJson } from './output.ts'

interface ScoreOptions {
  reward: string
  param: string[]
  tokenLimit: number
  data?: string
}

export function addScore(program: Command): void {
  program
    .command('score')
    .description(
      'what a reward gives: JSON lines {"completion":…,"answer":…} in, {"reward":…,"parts":…,"reason":…} out',
    )
    .requiredOption('--reward <name>', 'the reward (they are listed below), or your own: the path of a .js or .ts file')
    .option('--param <key=value>', 'a parameter of the reward', (value, before: string[]) => [...before, value], [])
    .option('--token-limit <n>', 'tokens after which an output counts as cut', wholeNumber(1, 1_048_576), 1024)
    .addOption(dataOption())
    .addOption(jsonOption('print JSON (it always does)'))
    .addHelpText(
      'after',
      `
A line may also have "prompt", "data" (an object: facts that the verifier of the problem needs), "domain", "finished"
(false: cut at the token limit) and "tokens" (how many were sampled). Lines of the same prompt, answer, data and domain
are a group. A reward of null is no verdict.

Rewards:
${rewardNames.map(help).join('\n')}

Examples:
  echo '{"completion":"<think></think><answer>4</answer>","answer":"4"}' | grpo-studio score --reward accuracy
  grpo-studio score --reward format < completions.jsonl > rewards.jsonl`,
    )
    .action(score)
}

function readOwn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new StudioError(
      'bad-request',
      `The reward ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      'Give the path of a file whose default export is the reward, or the name of one of the rewards.',
      { cause: error },
    )
  }
}

function help(name: (typeof rewardNames)[number]): string {
  const { about, parameters } = rewardInfo[name]
  const lines = Object.entries(parameters).map(
    ([key, p]) => `    ${key} (${valuesOf(p)}, default ${p.default}): ${p.effect}`,
  )
  return [`  ${name}: ${about}`, ...lines].join('\n')
}

const valuesOf = (p: RewardParameter) =>
  p.kind === 'text' ? 'text' : p.kind === 'choice' ? p.values.join(', ') : `${p.min} to ${p.max}`

async function score({ reward, param, tokenLimit, data }: ScoreOptions): Promise<void> {
  const { readLines, readParameters, rewardNamed, scoreLines } = await import('../engine/rewards/lines.ts')
  const ownFile = isRewardFile(reward)
  if (ownFile) {
    const { openOwnReward } = await import('../engine/rewards/own.ts')
    openOwnReward({ name: reward, code: readOwn(reward) })
  }
  const name = ownFile ? 'own' : rewardNamed(reward)
  const parameters = readParameters(name, param)
  if (rewardInfo[name].learnt) {
    const { openRewardModels } = await import('../engine/reward-models/open.ts')
    const { openBackend } = await import('../engine/tensor/index.ts')
    await openBackend()
    openRewardModels(usableRewardModels([name], [parameters], rewardModelsFolder(dataFolder({ data }))))
  }
  const lines = readLines(await text(process.stdin), name)
  for (const { value, parts = {}, reason } of await scoreLines(lines, name, parameters, tokenLimit))
    printJson({ reward: value, parts, reason })
}
