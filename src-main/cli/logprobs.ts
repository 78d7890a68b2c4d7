import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { StudioError } from '../contract/errors.ts'
import { backendOption, jsonOption, modelHelp } from './options.ts'
import { printJson } from './output.ts'

export function addLogprobs(program: Command): void {
  program
    .command('logprobs')
    .description('natural log-probabilities of given tokens: JSON lines {"ids":[…]} in, {"logprobs":[…]} out')
    .requiredOption('--model <dir>', modelHelp)
    .addOption(backendOption())
    .addOption(jsonOption('print JSON (it always does)'))
    .addHelpText(
      'after',
      `
Each output line has one number for each id after the first: its log-probability after those before it, at temperature 1.

Examples:
  echo '{"ids":[1,14,9,2]}' | grpo-studio logprobs --model embedded
  grpo-studio logprobs --model ./checkpoint < sequences.jsonl > logprobs.jsonl`,
    )
    .action(logprobs)
}

async function logprobs({ model, backend }: { model: string; backend?: string }): Promise<void> {
  const { logprobsOf } = await import('../engine/inference.ts')
  for await (const values of logprobsOf({
    modelDir: model,
    sequences: sequences(process.stdin),
    backend: backend as never,
  })) {
    printJson({ logprobs: values })
  }
}

/** @throws StudioError bad-request naming the line */
async function* sequences(input: NodeJS.ReadableStream): AsyncGenerator<number[]> {
  let line = 0
  for await (const text of createInterface({ input })) {
    line++
    if (text.trim() === '') continue
    yield idsOf(text, line)
  }
}

function idsOf(text: string, line: number): number[] {
  const wrong = (what: string) =>
    new StudioError(
      'bad-request',
      `Line ${line} of the input ${what}.`,
      'Give one object a line, like {"ids":[1,5,9]}.',
    )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong('is not JSON')
  }
  const ids = (value as { ids?: unknown } | null)?.ids
  if (!Array.isArray(ids)) throw wrong('has no list "ids"')
  return ids as number[]
}
