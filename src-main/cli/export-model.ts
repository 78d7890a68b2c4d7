import { join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { StudioError } from '../contract/errors.ts'
import {
  type GgufType,
  ggufTypes,
  type ModelFormat,
  modelFormats,
  type SafetensorsDtype,
  safetensorsDtypes,
} from '../contract/model-formats.ts'
import { isWhole } from '../store/checkpoint-folders.ts'
import { checkpointsOf } from '../store/checkpoints.ts'
import { runFolder } from '../store/folder.ts'
import { requireRun } from '../store/queries.ts'
import { lookInto } from '../store/reader.ts'
import { backendOption, dataFolder, dataOption, jsonOption, wholeNumber } from './options.ts'
import { print, printJson } from './output.ts'

interface ExportModelOptions {
  step?: number
  format: ModelFormat
  type: GgufType
  dtype: SafetensorsDtype
  out: string
  backend?: string
  data?: string
  json?: boolean
}

export function addExportModel(program: Command): void {
  program
    .command('export-model')
    .description('write the model that a run trained for transformers, peft or llama.cpp')
    .argument('<run>', 'number, id, or "last"')
    .option('--step <n>', 'the checkpoint of this step (default: the newest)', wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .addOption(
      new Option('--format <format>', 'hf (a Hugging Face folder), peft (the adapters of a LoRA run alone), or gguf')
        .choices(modelFormats)
        .default('hf'),
    )
    .addOption(new Option('--type <type>', 'of the matrices in a GGUF file').choices(ggufTypes).default('f16'))
    .addOption(
      new Option('--dtype <dtype>', 'of the tensors with hf and peft').choices(safetensorsDtypes).default('f32'),
    )
    .requiredOption('--out <dir>', 'folder to make; it must not be there, or be empty')
    .addOption(backendOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Adapters of a LoRA run are merged into the weights with hf and gguf.

Examples:
  grpo-studio export-model last --out ./my-model
  grpo-studio export-model 3 --step 100 --format gguf --type q8_0 --out ./my-gguf
  grpo-studio export-model last --format peft --out ./my-adapters`,
    )
    .action(exportFiles)
}

async function exportFiles(run: string, options: ExportModelOptions): Promise<void> {
  const { checkpoint, name } = checkpointOf(run, options)
  const { format, type, dtype, out, backend } = options
  const { exportModel } = await import('../engine/export-model.ts')
  const files = await exportModel({
    checkpoint,
    name,
    format,
    type,
    dtype,
    out: resolve(out),
    backend: backend as never,
  })
  if (options.json) printJson(files)
  else for (const { file, bytes } of files) print(`${file}: ${(bytes / 2 ** 20).toFixed(1)} MiB`)
}

/** @throws StudioError not-found, naming the run and the steps that there are */
function checkpointOf(run: string, options: ExportModelOptions): { checkpoint: string; name: string } {
  const data = dataFolder(options)
  return lookInto(data, (db) => {
    const row = requireRun(db, run)
    const folder = runFolder(data, row.id)
    const all = checkpointsOf(db, row.number).filter((c) => isWhole(folder, c))
    const found = options.step === undefined ? all.at(-1) : all.find((c) => c.step === options.step)
    if (found) return { checkpoint: join(folder, found.folder), name: `${row.name} step ${found.step}` }
    throw all.length === 0
      ? new StudioError(
          'not-found',
          `Run #${row.number} has no checkpoint yet.`,
          'It writes one before its first step and each time it pauses.',
        )
      : new StudioError(
          'not-found',
          `Run #${row.number} has no checkpoint of step ${options.step}.`,
          `It has those of step ${all.map((c) => c.step).join(', ')}.`,
        )
  })
}
