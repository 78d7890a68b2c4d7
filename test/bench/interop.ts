/**
 * Whether what is exported is what was trained: tiny models of each family, and the embedded one through the command line, take two steps
 * with LoRA or whole, are exported in every format, and transformers, peft and llama.cpp (../interop/load.py, run by --python) compute the
 * logits that we do, and read text as the same tokens.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type GgufType,
  ggufTypes,
  type ModelFormat,
  type SafetensorsDtype,
  safetensorsDtypes,
} from '../../src-main/contract/model-formats.ts'
import { parseRecipe, type Recipe } from '../../src-main/contract/recipe.ts'
import { exportModel } from '../../src-main/engine/export-model.ts'
import type { Episode } from '../../src-main/engine/grpo/episode.ts'
import { update } from '../../src-main/engine/grpo/update.ts'
import { batchOf, nextTokenLogits } from '../../src-main/engine/model/batch.ts'
import { writeCheckpoint } from '../../src-main/engine/model/checkpoint.ts'
import { modelFolder } from '../../src-main/engine/model/embedded.ts'
import { loadPolicy } from '../../src-main/engine/model/policy.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { freshState } from '../../src-main/engine/start.ts'
import { type BackendName, openBackend } from '../../src-main/engine/tensor/index.ts'
import { tf } from '../../src-main/engine/tensor/tf.ts'
import { fetched } from '../../src-main/library/places.ts'
import type { BenchOptions } from './options.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const command = at('../../bin/grpo-studio')

interface Case {
  model: string
  lora?: Record<string, unknown>
}

const SMOLLM2 = 'smollm2-135m-instruct'

const cases: Case[] = [
  { model: 'embedded', lora: { rank: 4, alpha: 8 } },
  { model: 'tiny_llama', lora: { rank: 4, alpha: 8 } },
  { model: 'tiny_llama_rope3', lora: { rank: 4, alpha: 8 } },
  { model: 'tiny_qwen2', lora: { rank: 2, alpha: 3, targets: ['q_proj', 'v_proj'] } },
  { model: 'tiny_qwen3', lora: { rank: 4, alpha: 8 } },
  { model: 'embedded' },
  { model: 'tiny_qwen3' },
  { model: SMOLLM2, lora: { rank: 8 } },
]

/**
 * Largest error over the largest logit that each export may have: 32 bits compute the same in another order, the others round each weight
 * (and llama.cpp the activations too, beside q8_0 and f16).
 */
const bounds: Record<string, number> = {
  'hf f32': 1e-5,
  'hf bf16': 3e-2,
  'hf f16': 5e-3,
  'peft f32': 1e-5,
  'gguf f32': 1e-5,
  'gguf f16': 5e-3,
  'gguf q8_0': 5e-2,
}

/** Tokens of all kinds: words, digits, tags. */
const closedText = '<think>75+73=148wait5+3=8,7+7=14:148;</think><answer>148</answer>'
/** What byte-level BPE may stumble over: contractions, runs of space, letters and signs of several bytes. */
const bpeText = "Hello, world! It's 2024: 3.14 + 15 = ?\n\nÜber naïve café 😀 don't  stop\tnow"

export async function interop({ python, backend }: BenchOptions): Promise<unknown> {
  if (!python)
    throw new Error(
      'interop needs --python PATH of a Python with torch, transformers, peft and xllamacpp (pip install them into a venv).',
    )
  await openBackend(backend as BackendName | undefined)
  const folder = mkdtempSync(join(tmpdir(), 'grpo-interop-'))
  try {
    const results = []
    const here = cases.filter(({ model }) => model !== SMOLLM2 || fetched(model))
    if (here.length < cases.length)
      console.error(`  without ${SMOLLM2}, which is not here: grpo-studio models fetch ${SMOLLM2}`)
    for (const [i, one] of here.entries())
      results.push(await check(one, join(folder, String(i)), python, backend as BackendName))
    return results
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function check({ model, lora }: Case, folder: string, python: string, backend: BackendName | undefined) {
  mkdirSync(folder, { recursive: true })
  const own = !model.startsWith('tiny')
  const base = own ? modelFolder(model) : makeModel(model, join(folder, 'base'))
  const recipe = twoSteps(own ? model : base, lora)
  const text = model === SMOLLM2 ? bpeText : closedText
  const trained = model === 'embedded' ? throughTheCommandLine(recipe, folder, backend) : await here(recipe, folder)
  const { checkpoint } = trained

  const job = { text, ids: [] as number[], base, hf: {} as Files, peft: {} as Files, gguf: {} as Files }
  const exported = async (format: ModelFormat, kinds: readonly (GgufType | SafetensorsDtype)[]) => {
    for (const kind of kinds) {
      const out = join(folder, `${format}-${kind}`)
      await trained.exportTo(out, format, kind)
      job[format][`${format} ${kind}`] = format === 'gguf' ? join(out, `model-${kind}.gguf`) : out
    }
  }
  await exported('hf', safetensorsDtypes)
  // transformers, below peft, takes no folder with a GGUF file for its base
  if (lora && model !== SMOLLM2) await exported('peft', ['f32'])
  await exported('gguf', ggufTypes)

  const before = await ownLogits(base, text)
  const ours = await ownLogits(checkpoint, text)
  job.ids = ours.ids
  const file = join(folder, 'job.json')
  writeFileSync(file, JSON.stringify(job))
  const theirs = JSON.parse(
    execFileSync(python, [at('../interop/load.py'), file], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: 'pipe',
    }),
  ) as {
    versions: Record<string, string>
    logits: Record<string, number[][]>
    tokens: Record<string, { ids: number[]; text?: string; eos?: number }>
  }

  const learned = largestError(before.logits, ours.logits)
  if (learned < 1e-3) throw new Error(`${model}: two steps changed the logits by ${learned} only, so nothing is shown.`)
  for (const [name, { ids, text: again = text, eos = ours.eosId }] of Object.entries(theirs.tokens)) {
    if (ids.join() !== ours.ids.join() || again !== text || eos !== ours.eosId)
      throw new Error(`${model}, ${name}: it reads the text as ${ids} (${again}), ends with ${eos}; we ${ours.ids}.`)
  }
  const errors: Record<string, number> = {}
  for (const [name, logits] of Object.entries(theirs.logits)) {
    const expected = name.startsWith('gguf') ? ours.logProbs : ours.logits
    errors[name] = largestError(logits.slice(0, expected.length), expected)
    // rounding adds up over 30 layers, beside 2 to 4
    const bound = bounds[name] * (model === SMOLLM2 ? 3 : 1)
    if (!(errors[name] <= bound))
      throw new Error(`${model}, ${name}: the logits differ by ${errors[name]}, allowed are ${bound}.`)
  }
  console.error(`  ${model} ${lora ? 'LoRA' : 'whole'}: ${JSON.stringify(errors)}`)
  return { model, lora: lora ?? null, changedByTraining: learned, errors, versions: theirs.versions }
}

type Files = Record<string, string>

interface Trained {
  checkpoint: string
  exportTo: (out: string, format: ModelFormat, kind: GgufType | SafetensorsDtype) => Promise<unknown>
}

/** As a person does it. */
function throughTheCommandLine(recipe: object, folder: string, backend: BackendName | undefined): Trained {
  const file = join(folder, 'recipe.json')
  writeFileSync(file, JSON.stringify(recipe))
  const studio = (...args: string[]) =>
    execFileSync(command, [...args, ...(backend ? ['--backend', backend] : []), '--data', join(folder, 'data')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  studio('run', file)
  const [run] = readdirSync(join(folder, 'data', 'runs'))
  return {
    checkpoint: join(folder, 'data', 'runs', run, 'checkpoints', 'step-000002'),
    exportTo: async (out, format, kind) =>
      studio('export-model', 'last', '--format', format, format === 'gguf' ? '--type' : '--dtype', kind, '--out', out),
  }
}

/** Tiny models are random, and their answers get no reward: here the advantages are made up, and the rest of a step is real. */
async function here(recipe: Recipe, folder: string): Promise<Trained> {
  const state = freshState(recipe)
  const { policy, reference, optimizer, position } = state
  for (let step = 1; step <= 2; step++) {
    const random = randomAt(step, 'interop')
    const episodes = Array.from({ length: 8 }, (_, sample): Episode => {
      const ids = Array.from({ length: 12 }, () => Math.floor(random.next() * policy.config.vocabulary))
      const made = {
        problem: null as never,
        group: 0,
        sample,
        text: '',
        parts: null as never,
        reward: 0,
        finished: true,
      }
      return { ...made, promptIds: [3, 5, 7], ids, logProbs: ids.map(() => -3), advantage: (sample % 2) - 0.5 }
    })
    const { settings } = position
    await update(policy, reference, episodes, settings, settings.learningRate, optimizer, random, async () => {})
  }
  Object.assign(position, { step: 2, optimizerStep: optimizer.step })
  const checkpoint = join(folder, 'step-000002')
  await writeCheckpoint(checkpoint, state)
  return {
    checkpoint,
    exportTo: (out, format, kind) =>
      exportModel({
        checkpoint,
        out,
        format,
        type: kind as GgufType,
        dtype: kind as SafetensorsDtype,
        name: 'interop',
      }),
  }
}

/** A reference model with the embedded model's tokenizer, which has fewer tokens than its embedding has rows. @returns the folder */
function makeModel(name: string, folder: string): string {
  mkdirSync(folder)
  for (const file of ['config.json', 'model.safetensors'])
    copyFileSync(at(`../fixtures/reference/${name}/${file}`), join(folder, file))
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(at(`../../resources/model/${file}`), join(folder, file))
  return folder
}

function twoSteps(model: string, lora: Case['lora']): Recipe {
  return parseRecipe(
    {
      name: 'interop',
      title: 'Two steps',
      model,
      ...(lora && { lora }),
      task: { sum: 1 },
      trainPrompts: 8,
      evalPrompts: 4,
      evalEvery: 0,
      finalEvalPrompts: 4,
      checkpointEvery: 2,
      settings: {
        groupSize: 8,
        promptsPerStep: 4,
        learningRate: model === SMOLLM2 ? 0.002 : 0.02,
        warmupSteps: 0,
        maxCompletionTokens: 24,
      },
      stages: [{ kind: 'grpo', name: 'only', steps: 2 }],
    },
    'the bench',
  )
}

async function ownLogits(model: string, prompt: string) {
  const policy = loadPolicy(model)
  const ids = policy.tokenizer.encode(prompt)
  const batch = batchOf([{ promptIds: ids.slice(0, 1), ids: ids.slice(1) }])
  // the batch may be longer than the text
  const logits = tf.tidy(() => tf.slice(nextTokenLogits(policy, batch), [0, 0], [ids.length - 1, -1]))
  const logProbs = tf.logSoftmax(logits)
  return {
    ids,
    eosId: policy.tokenizer.eosId,
    logits: (await logits.array()) as number[][],
    logProbs: (await logProbs.array()) as number[][],
  }
}

/** Over the largest of what is expected. */
function largestError(found: number[][], expected: number[][]): number {
  const all = expected.flat()
  const error = found.flat().reduce((most, x, i) => Math.max(most, Math.abs(x - all[i])), 0)
  return error / all.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
}
