/** Our party in the trainer's bench, a process of its own: one GRPO step each time that it reads "step", and a JSON line about it. */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { defaultSettings } from '../../src-main/contract/settings.ts'
import { advantagesOf } from '../../src-main/engine/grpo/advantages.ts'
import { update } from '../../src-main/engine/grpo/update.ts'
import { freshAdapters } from '../../src-main/engine/model/lora.ts'
import { copyWeights, parameterCount, trainedOf } from '../../src-main/engine/model/model.ts'
import { loadPolicy } from '../../src-main/engine/model/policy.ts'
import { AdamW } from '../../src-main/engine/optim/adamw.ts'
import { bareIds } from '../../src-main/engine/prompts.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { rollout } from '../../src-main/engine/rollout/rollout.ts'
import { take } from '../../src-main/engine/stages/groups.ts'
import { grpoStep } from '../../src-main/engine/stages/grpo.ts'
import type { Problem } from '../../src-main/engine/tasks/problem.ts'
import { type BackendName, openBackend } from '../../src-main/engine/tensor/index.ts'
import type { Order } from './trainer-rows.ts'

const order: Order = JSON.parse(readFileSync(process.argv[2], 'utf8'))
process.env.TF_NUM_INTEROP_THREADS ??= String(order.threads)
const backend = await openBackend(process.argv[3] as BackendName | undefined)
const policy = loadPolicy(order.model)
// a model that knows no end never ends early
if (order.forceLength) policy.config = { ...policy.config, eosIds: [] }
if (order.lora) policy.adapters = freshAdapters(policy.config, policy.weights, order.lora, 0)
const settings = {
  ...defaultSettings,
  groupSize: order.samples,
  promptsPerStep: order.prompts,
  maxCompletionTokens: order.tokens,
  maskTruncated: order.maskTruncated,
  miniBatches: order.miniBatches,
  lossType: order.loss,
  beta: order.beta,
  epsilonLow: 0.2,
  epsilonHigh: 0.28,
  learningRate: order.learningRate,
  warmupSteps: 0,
}
const run = {
  stage: 0,
  seed: 0,
  settings,
  policy,
  reference: copyWeights(trainedOf(policy)),
  optimizer: new AdamW(),
  problems: order.problems.map(({ prompt, answer }): Problem => ({ prompt, answer, kind: 'sum', domain: 'math' })),
  promptIds: bareIds(policy.tokenizer),
  tokensBefore: 0,
  progress: async () => {},
}

interface Done {
  tokens: number
  rolloutSeconds: number
  updateSeconds: number
}

/** The stage's own step. */
async function wholeStep(step: number): Promise<Done> {
  const { metrics } = await grpoStep({ ...run, step })
  return {
    tokens: metrics.num_tokens,
    rolloutSeconds: metrics['seconds/rollout'],
    updateSeconds: metrics['seconds/update'],
  }
}

/** The same with a reward that an untrained model earns, so that every group has a gradient. */
async function stepOfDigits(step: number): Promise<Done> {
  const { config, tokenizer } = policy
  const started = performance.now()
  const problems = take(run.problems, order.prompts, step, 0)
  const outputs = await rollout({
    model: policy,
    prompts: problems.map((p) => tokenizer.encode(p.prompt)),
    groupSize: order.samples,
    maxTokens: order.tokens,
    eosIds: config.eosIds,
    sampler: settings,
    random: (group, sample) => randomAt(0, 'rollout', step, group, sample),
  })
  const sampled = performance.now()
  const texts = outputs.map((group) => group.map((output) => tokenizer.decode(output.ids)))
  const rewards = texts.map((group) => group.map((text) => text.replace(/\D/g, '').length / 100))
  const advantages = advantagesOf(rewards, 'group')
  const episodes = outputs.flatMap((group, g) =>
    group.map((output, sample) => ({
      ...output,
      problem: problems[g],
      group: g,
      sample,
      text: texts[g][sample],
      parts: {} as never,
      reward: rewards[g][sample],
      advantage: advantages[g][sample],
    })),
  )
  const { reference, optimizer, progress } = run
  const random = randomAt(0, 'mini-batches', step)
  await update(policy, reference, episodes, settings, settings.learningRate, optimizer, random, progress)
  const ended = performance.now()
  const tokens = episodes.reduce((sum, e) => sum + e.ids.length, 0)
  return { tokens, rolloutSeconds: (sampled - started) / 1000, updateSeconds: (ended - sampled) / 1000 }
}

const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`)
const { name, version, device, threads } = backend
say({
  ready: true,
  versions: { backend: name, tensorflow: version, device, threads },
  parameters: parameterCount(trainedOf(policy)),
})
const oneStep = order.reward === 'answer' ? wholeStep : stepOfDigits
let step = 0
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'step') break
  const started = performance.now()
  const done = await oneStep(++step)
  const seconds = (performance.now() - started) / 1000
  say({ seconds, ...done, peakMiB: process.resourceUsage().maxRSS / 1024 })
}
process.exit(0)
