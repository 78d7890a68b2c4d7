import type { Command } from 'commander'
import { backendOption, jsonOption, modelHelp, number, wholeNumber } from './options.ts'
import { print, printJson } from './output.ts'

interface GenerateOptions {
  model: string
  prompt: string
  chat?: boolean
  system?: string
  maxTokens: number
  temperature: number
  topP: number
  topK: number
  minP: number
  repetitionPenalty: number
  seed: number
  backend?: string
  json?: boolean
}

export function addGenerate(program: Command): void {
  program
    .command('generate')
    .description('let a model answer one prompt')
    .requiredOption('--model <dir>', modelHelp)
    .requiredOption('--prompt <text>', 'what to answer')
    .option('--chat', 'the prompt is a message: write it with the model’s chat template')
    .option('--system <text>', 'with --chat: what comes before the message')
    .option('--max-tokens <n>', 'stop after so many tokens', wholeNumber(1, 131_072), 112)
    .option('--temperature <t>', '0 always takes the likeliest token', number(0, 5), 1)
    .option('--top-p <p>', 'only the likeliest tokens that make up this probability', number(0.01, 1), 1)
    .option('--top-k <n>', 'only so many likeliest tokens; 0 is all', wholeNumber(0, 1_000_000), 0)
    .option('--min-p <p>', 'only tokens at least this share as likely as the likeliest', number(0, 1), 0)
    .option('--repetition-penalty <r>', 'above 1 makes tokens that came before less likely', number(0.1, 10), 1)
    .option('--seed <n>', 'seed of the sampling', wholeNumber(0, 4_294_967_295), 0)
    .addOption(backendOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  grpo-studio generate --model smollm2-135m-instruct --chat --temperature 0 --prompt "What is the capital of France?"
  grpo-studio generate --model embedded --prompt "12+34="
  grpo-studio generate --model ~/.local/share/grpo-studio/runs/0001-r1-zero-mini/checkpoints/step-000170 --prompt "75+73+99=" --json`,
    )
    .action(generate)
}

async function generate({ model, backend, json, ...rest }: GenerateOptions): Promise<void> {
  const { generateText } = await import('../engine/inference.ts')
  const result = await generateText({ modelDir: model, backend, ...rest })
  if (json) printJson(result)
  else print(result.text)
}
