import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Verification } from '../engine/verify/index.ts'
import { backendOption, jsonOption } from './options.ts'
import { print, printJson, say, table } from './output.ts'

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description(
      'compares what this program computes with a folder of reference numbers of TRL, torch and transformers',
    )
    .argument('<dir>', 'folder with fixtures.json and its models, laid out as test/fixtures/reference')
    .addOption(backendOption())
    .addOption(jsonOption('print one object: the worst error of each kind, failures, and cases it does not know'))
    .addHelpText(
      'after',
      `
Exit status: 0 when every comparison is within 1e-5, relative to the largest number of the tensor.

Examples:
  grpo-studio verify test/fixtures/reference
  grpo-studio verify ./fixtures --backend wasm --json | jq .worst`,
    )
    .action(verify)
}

async function verify(folder: string, { backend, json }: { backend?: string; json?: boolean }): Promise<void> {
  const { told, verify } = await import('../engine/verify/index.ts')
  const result = await verify(resolve(folder), backend as never)
  if (!result.passed) process.exitCode = 1
  if (json) printJson(result)
  else report(result, result.unknown.map(told))
}

function report({ backend, cases, limit, worst, failures, passed }: Verification, unknown: string[]): void {
  print(
    table(
      ['compared', 'times', 'worst error', 'where'],
      worst.map(({ kind, comparisons, error, where }) => [kind, comparisons, shown(error), where]),
    ),
  )
  print('')
  const comparisons = worst.reduce((sum, w) => sum + w.comparisons, 0)
  print(`${cases} cases, ${comparisons} comparisons on ${backend}`)
  if (passed) print(`all within ${limit}`)
  else {
    print(`${failures.length} above ${limit}:`)
    for (const { kind, where, error } of failures) print(`  ${where}: ${kind}, ${shown(error)}`)
  }
  if (unknown.length > 0) {
    say(`${unknown.length} not compared, as this program does not know them:`)
    for (const line of unknown) say(`  ${line}`)
  }
}

const shown = (error: number) => (Number.isFinite(error) ? error.toExponential(1) : String(error))
