/** What the trainer's bench runs: the models, batches and objectives that ours and the opponents are given alike. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Lora, loraTargets } from '../../src-main/contract/lora.ts'
import { initialSettings } from '../../src-main/contract/recipe.ts'
import { exportModel } from '../../src-main/engine/export-model.ts'
import { readCompanions } from '../../src-main/engine/model/companions.ts'
import { readConfig } from '../../src-main/engine/model/config.ts'
import { modelFolder } from '../../src-main/engine/model/embedded.ts'
import { readJsonObject } from '../../src-main/engine/model/json-file.ts'
import { expectedShapes } from '../../src-main/engine/model/policy.ts'
import { writeSafetensors } from '../../src-main/engine/model/safetensors.ts'
import { readTokenizer } from '../../src-main/engine/model/tokenizer.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { questionOf } from '../../src-main/engine/tasks/question.ts'
import { trainingSet } from '../../src-main/engine/tasks/sets.ts'
import { problemsOf } from '../../src-main/engine/tasks/source.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'

/** Read by ours and by opponents/order.py. */
export interface Order {
  /** A Hugging Face folder. */
  model: string
  threads: number
  prompts: number
  samples: number
  /** Completion limit. */
  tokens: number
  /** No completion may end before the limit. */
  forceLength: boolean
  maskTruncated: boolean
  miniBatches: number
  beta: number
  loss: 'grpo'
  /** 0 where lengths vary: weights stay, so that all parties see the same lengths throughout. AdamW runs all the same. */
  learningRate: number
  reward: 'digits' | 'answer'
  lora: Lora | null
  problems: { prompt: string; promptIds: number[]; answer: string }[]
  /** Text of each token id. */
  vocabulary: string[]
}

export interface Row {
  name: string
  opponents: ('trl' | 'torch')[]
  /** Ours over TRL's seconds a step at most. */
  target: number
  /** The name of a model to fetch first. */
  needs?: string
  /** Too large for a processor: measured where TRL is on a GPU. */
  gpuAlone?: boolean
  order(scratch: string): Promise<Order> | Order
}

const THREADS = 2
const SMOLLM2 = 'smollm2-135m-instruct'

export const trainerRows: Row[] = [
  { name: '128x4', opponents: ['trl', 'torch'], target: 0.5, order: (folder) => fullLength(folder, 128, 4, 4, 2) },
  { name: '256x6', opponents: ['trl', 'torch'], target: 0.8, order: (folder) => fullLength(folder, 256, 6, 8, 4) },
  {
    name: '576x30',
    opponents: ['trl'],
    target: 1,
    gpuAlone: true,
    order: (folder) => fullLength(folder, 576, 30, 9, 3),
  },
  { name: 'r1-zero-mini', opponents: ['trl', 'torch'], target: 0.4, order: asItRuns },
  { name: 'smollm2-lora', opponents: ['trl'], target: 0.8, needs: SMOLLM2, order: realModel },
]

/** 8 prompts × 8 samples × 64 tokens of an untrained model. */
function fullLength(folder: string, hidden: number, layers: number, heads: number, kvHeads: number): Order {
  return {
    ...common(randomModel(folder, { hidden, layers, heads, kvHeads }), trainingSet({ sum: 1 }, 256, 0)),
    prompts: 8,
    samples: 8,
    tokens: 64,
    forceLength: true,
    maskTruncated: false,
    miniBatches: 1,
    beta: 0.04,
    learningRate: 1e-3,
    reward: 'digits',
  }
}

/** The long stage of the recipe, from the embedded model. */
async function asItRuns(): Promise<Order> {
  const recipe = loadRecipe('r1-zero-mini', [])
  const settings = initialSettings(recipe)
  return {
    ...common(modelFolder(recipe.model), (await problemsOf({ ...recipe, seed: 0 })).training),
    prompts: settings.promptsPerStep,
    samples: settings.groupSize,
    tokens: 112,
    forceLength: false,
    maskTruncated: settings.maskTruncated,
    miniBatches: settings.miniBatches,
    beta: settings.beta,
    learningRate: 0,
    reward: 'answer',
  }
}

/** 4 prompts × 4 samples × 128 tokens of a pre-trained model with LoRA, its 4-bit weights written as float32 for all parties. */
async function realModel(folder: string): Promise<Order> {
  const files = await exportModel({
    checkpoint: modelFolder(SMOLLM2),
    format: 'hf',
    type: 'f16',
    dtype: 'f32',
    name: SMOLLM2,
    out: folder,
  })
  if (files.length === 0) throw new Error(`${SMOLLM2} could not be written to ${folder}.`)
  const problems = trainingSet({ sum: 1 }, 64, 0).map((problem) => ({
    prompt: `Question: ${questionOf(problem)}\nAnswer: Let us think step by step.`,
    answer: problem.answer,
  }))
  return {
    ...common(folder, problems),
    prompts: 4,
    samples: 4,
    tokens: 128,
    forceLength: true,
    maskTruncated: false,
    miniBatches: 1,
    beta: 0.04,
    learningRate: 1e-4,
    reward: 'digits',
    lora: { rank: 16, alpha: 32, targets: [...loraTargets] },
  }
}

function common(model: string, problems: { prompt: string; answer: string }[]) {
  const tokenizer = readTokenizer(join(model, 'tokenizer.json'))
  return {
    model,
    threads: THREADS,
    loss: 'grpo' as const,
    lora: null,
    problems: problems.map(({ prompt, answer }) => ({ prompt, answer, promptIds: tokenizer.encode(prompt) })),
    vocabulary: Array.from({ length: tokenizer.size }, (_, id) => tokenizer.decode([id, id]).slice(0, -1)),
  }
}

interface Shape {
  hidden: number
  layers: number
  heads: number
  kvHeads: number
}

/** An untrained Llama with the embedded model's tokenizer: N(0, 0.02) as transformers makes it. */
function randomModel(folder: string, { hidden, layers, heads, kvHeads }: Shape): string {
  const embedded = modelFolder('embedded')
  mkdirSync(folder, { recursive: true })
  for (const [file, content] of readCompanions(embedded)) writeFileSync(join(folder, file), content)
  const json = {
    ...readJsonObject(join(embedded, 'config.json')),
    hidden_size: hidden,
    intermediate_size: 3 * hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: hidden / heads,
    tie_word_embeddings: false,
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(json))
  const random = randomAt(0, 'untrained')
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  const weights = [...expectedShapes(readConfig(join(folder, 'config.json')))].map(([name, shape]) => {
    const size = shape.reduce((product, n) => product * n, 1)
    const data = Float32Array.from({ length: size }, () => (name.includes('norm') ? 1 : 0.02 * normal()))
    return [name, { shape, data }] as const
  })
  writeSafetensors(join(folder, 'model.safetensors'), new Map(weights))
  return folder
}
