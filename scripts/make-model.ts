/**
 * Makes the embedded model from nothing but this project's generated text, to the same weights on every machine (about an hour):
 *   node scripts/run24.mjs scripts/make-model.ts [--out DIR] [--steps N] [--batch N] [--evaluate-every N]
 * It computes on WebAssembly, whose arithmetic is the same on every processor. TensorFlow is four times as fast and chooses its matrix
 * products, and so the last bits, by the processor that it finds.
 * Skills first (careful traces), then habits (mostly short guesses): the order is what lets the model be able and yet unwilling.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { defaultEvaluation } from '../src-main/contract/evaluation.ts'
import { type ArithmeticKind, arithmeticKinds } from '../src-main/contract/recipe.ts'
import { defaultSettings } from '../src-main/contract/settings.ts'
import type { Sequence } from '../src-main/engine/model/batch.ts'
import { readCompanions } from '../src-main/engine/model/companions.ts'
import { readConfig } from '../src-main/engine/model/config.ts'
import { modelFolder } from '../src-main/engine/model/embedded.ts'
import { parameterCount } from '../src-main/engine/model/model.ts'
import { expectedShapes, type Policy, savePolicy } from '../src-main/engine/model/policy.ts'
import { readTokenizer } from '../src-main/engine/model/tokenizer.ts'
import { AdamW } from '../src-main/engine/optim/adamw.ts'
import { bareIds } from '../src-main/engine/prompts.ts'
import { randomAt } from '../src-main/engine/random.ts'
import { supervisedUpdate } from '../src-main/engine/sft/update.ts'
import { evaluate } from '../src-main/engine/stages/evaluate.ts'
import { corpusExample } from '../src-main/engine/tasks/corpus.ts'
import { evaluationSet } from '../src-main/engine/tasks/sets.ts'
import { openBackend } from '../src-main/engine/tensor/index.ts'
import { tf } from '../src-main/engine/tensor/tf.ts'

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: modelFolder('embedded') },
    steps: { type: 'string', default: '9000' },
    batch: { type: 'string', default: '32' },
    skills: { type: 'string', default: '0.7' },
    learningRate: { type: 'string', default: '2e-3' },
    'evaluate-every': { type: 'string', default: '3000' },
    kinds: { type: 'string', default: 'sum:4,difference:1,product:2,chain:2' },
    seed: { type: 'string', default: '0' },
  },
})
const steps = Number(options.steps)
const batchSize = Number(options.batch)
const seed = Number(options.seed)
/** Share of the steps that teach skills before habits. */
const skillsShare = Number(options.skills)
const peakRate = Number(options.learningRate)
/** Examples are drawn so many batches at a time and cut into batches of similar length. */
const POOL = 16
const MEAN_TOKENS = 40
/** Of the weights that are shipped: with another the sums are rounded in other places. */
const LENGTH_STEP = 8

const weightsOfKinds = Object.fromEntries(
  options.kinds.split(',').map((part) => part.split(':') as [ArithmeticKind, string]),
)
const kindWeights = arithmeticKinds.map((kind) => Number(weightsOfKinds[kind] ?? 0))

const backend = await openBackend('wasm')
const source = modelFolder('embedded')
const policy = initialPolicy()
console.error(`${parameterCount(policy.weights)} parameters on ${backend.name}; ${steps} steps of ${batchSize}`)

const optimizer = new AdamW()
let pool: Sequence[][] = []
let shown = 0
const started = performance.now()
for (let step = 1; step <= steps; step++) {
  const done = (step - 1) / steps
  if (pool.length === 0) pool = drawPool(step, done < skillsShare ? 'skills' : 'habits')
  const learningRate = peakRate * Math.min(1, step / 100) * (0.05 + 0.95 * 0.5 * (1 + Math.cos(Math.PI * done)))
  const { loss } = await supervisedUpdate(policy, pool.pop()!, optimizer, {
    adam: { learningRate, beta1: 0.9, beta2: 0.98, weightDecay: 0.01, maxGradNorm: 1 },
    microBatchTokens: 8192,
    tokensPerBatch: batchSize * MEAN_TOKENS,
    lengthStep: LENGTH_STEP,
  })
  shown = shown === 0 ? loss : 0.98 * shown + 0.02 * loss
  if (step % 100 === 0)
    console.error(
      `step ${step}/${steps}  loss/token ${shown.toFixed(4)}  ${((performance.now() - started) / 1000).toFixed(0)} s`,
    )
  if (step % Number(options['evaluate-every']) === 0 || step === steps) {
    await report(step)
    mkdirSync(options.out, { recursive: true })
    await savePolicy(policy, options.out)
  }
}

function initialPolicy(): Policy {
  const config = readConfig(join(source, 'config.json'))
  const weights = new Map()
  for (const [name, shape] of expectedShapes(config)) {
    const random = randomAt(seed, 'initial', name)
    const size = shape.reduce((a, b) => a * b, 1)
    const residual = /o_proj|down_proj/.test(name) ? Math.sqrt(2 * config.layers) : 1
    const std = name.includes('embed') ? 0.02 : 1 / Math.sqrt(shape[1] ?? 1) / residual
    const data = Float32Array.from({ length: size }, () => (shape.length === 1 ? 1 : std * gaussian(random)))
    weights.set(name, tf.tensor(data, shape))
  }
  return {
    config,
    tokenizer: readTokenizer(join(source, 'tokenizer.json')),
    weights,
    companions: readCompanions(source),
  }
}

/** Box–Muller. */
function gaussian(random: { next(): number }): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

function drawPool(step: number, phase: 'skills' | 'habits'): Sequence[][] {
  const random = randomAt(seed, 'corpus', step)
  const examples = Array.from({ length: POOL * batchSize }, (): Sequence => {
    const { prompt, completion } = corpusExample(random, arithmeticKinds[random.weighted(kindWeights)], phase)
    return {
      promptIds: policy.tokenizer.encode(prompt),
      ids: [...policy.tokenizer.encode(completion), policy.tokenizer.eosId],
    }
  })
  examples.sort((a, b) => a.promptIds.length + a.ids.length - b.promptIds.length - b.ids.length)
  return random.shuffle(Array.from({ length: POOL }, (_, i) => examples.slice(i * batchSize, (i + 1) * batchSize)))
}

/** What the base can do, how, and how often: by behaviour, since it must be able and unwilling at once. */
async function report(step: number): Promise<void> {
  const weights = Object.fromEntries(arithmeticKinds.map((kind, i) => [kind, kindWeights[i]]))
  const e = await evaluate({
    policy,
    problems: evaluationSet(weights, 512),
    promptIds: bareIds(policy.tokenizer),
    form: defaultEvaluation,
    maxTokens: 150,
    seed,
    settings: defaultSettings,
    step,
    progress: async () => {},
  })
  const share = (name: string, of: (text: string) => boolean) => {
    const some = e.samples.filter((s) => of(s.text))
    return `${name} ${(some.length / e.samples.length).toFixed(2)} right ${(some.filter((s) => s.correct).length / Math.max(1, some.length)).toFixed(2)}`
  }
  console.error(
    `  pass@1 ${e.accuracy.toFixed(3)} format ${e.formatRate.toFixed(2)} length ${e.meanLength.toFixed(1)} wait ${e.reflections.toFixed(2)} cut ${e.clippedRatio.toFixed(2)} | ` +
      [
        share('direct', (t) => !t.includes('=')),
        share('quick', (t) => t.includes('=') && !t.includes('wait')),
        share('careful', (t) => t.includes('wait')),
      ].join(', '),
  )
  console.error(
    `  ${Object.entries(e.byKind)
      .map(([kind, k]) => `${kind} ${k.accuracy.toFixed(2)}`)
      .join('  ')}`,
  )
  for (const s of e.samples.slice(0, 4)) console.error(`  ${s.correct ? '+' : '-'} ${s.prompt} ${s.text}`)
}
