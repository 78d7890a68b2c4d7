/** Seconds a token, over batch sizes and lengths: it should stay flat but for attention, which every token pays for all before it. */
import { defaultSettings } from '../../src-main/contract/settings.ts'
import type { Episode } from '../../src-main/engine/grpo/episode.ts'
import { update } from '../../src-main/engine/grpo/update.ts'
import type { ModelConfig } from '../../src-main/engine/model/config.ts'
import { modelFolder } from '../../src-main/engine/model/embedded.ts'
import { parameterCount } from '../../src-main/engine/model/model.ts'
import { loadPolicy, type Policy } from '../../src-main/engine/model/policy.ts'
import { AdamW } from '../../src-main/engine/optim/adamw.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { rollout } from '../../src-main/engine/rollout/rollout.ts'
import { unrestricted } from '../../src-main/engine/rollout/sampler.ts'
import { graphCount } from '../../src-main/engine/tensor/compiled.ts'
import { type BackendName, openBackend } from '../../src-main/engine/tensor/index.ts'
import type { BenchOptions } from './options.ts'

const BATCHES = [16, 64, 256]
const LENGTHS = [64, 256, 1000]
const GROUP = 8
/** Rounds over all sizes, the first of which is not counted. */
const ROUNDS = 3

const settings = { ...defaultSettings, groupSize: GROUP, beta: 0.04, miniBatches: 1, maxCompletionTokens: 1000 }

export async function flat({ backend, steps = ROUNDS }: BenchOptions): Promise<unknown> {
  const { name } = await openBackend(backend as BackendName | undefined)
  const policy = loadPolicy(modelFolder('embedded'))
  // a model that knows no end never ends early
  policy.config = { ...policy.config, eosIds: [] }
  const cells = BATCHES.flatMap((batch) =>
    LENGTHS.map((length) => ({ batch, length, rollout: [] as Taken[], update: [] as Taken[] })),
  )
  for (let round = 0; round <= steps; round++) {
    for (const cell of cells) {
      // the first round records graphs and warms up: the small batches do
      if (round === 0 && cell.batch !== BATCHES[0]) continue
      const taken = await measured(policy, cell.batch, cell.length, round)
      if (round === 0) continue
      cell.rollout.push(taken.rollout)
      cell.update.push(taken.update)
    }
    console.error(`  flat ${round}/${steps}`)
  }
  return {
    backend: name,
    parameters: parameterCount(policy.weights),
    microBatchTokens: settings.microBatchTokens,
    rounds: steps,
    graphs: graphCount(),
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    cells: cells.map(({ batch, length, rollout, update }) => ({
      batch,
      length,
      flopsPerToken: flopsPerToken(policy, length),
      rollout: perToken(rollout, batch * length),
      update: perToken(update, batch * length),
    })),
  }
}

async function measured(policy: Policy, batch: number, length: number, round: number) {
  const prompts = Array.from({ length: batch / GROUP }, (_, i) => policy.tokenizer.encode(`${12 + i}+${97 - i}=`))
  const sampling = clock()
  const groups = await rollout({
    model: policy,
    prompts,
    groupSize: GROUP,
    maxTokens: length,
    eosIds: [],
    sampler: unrestricted(1),
    random: (prompt, sample) => randomAt(round, 'flat', prompt, sample),
  })
  const rolloutTaken = sampling()
  const episodes = groups.flat().map(
    (output, i): Episode => ({
      ...output,
      problem: { prompt: '', answer: '', kind: 'sum', domain: 'math' },
      group: Math.floor(i / GROUP),
      sample: i % GROUP,
      text: '',
      parts: {} as never,
      reward: 0,
      advantage: i % 2 === 0 ? 1 : -1,
    }),
  )
  const optimizer = new AdamW()
  const updating = clock()
  // weights stay as they are, so that all rounds see the same work
  await update(policy, policy.weights, episodes, settings, 0, optimizer, randomAt(round), async () => {})
  const updateTaken = updating()
  optimizer.dispose()
  return { rollout: rolloutTaken, update: updateTaken }
}

/**
 * Multiplications and additions of one token's forward pass: two for each weight that is multiplied by, and for attention to half of the length
 * on average. A gradient takes twice as many again.
 */
function flopsPerToken({ config, weights }: Policy, length: number): number {
  const multiplied = parameterCount(weights) - (config.tiedEmbeddings ? 0 : config.vocabulary * config.hidden)
  return 2 * multiplied + attentionFlops(config, length / 2)
}

const attentionFlops = ({ layers, heads, headDim }: ModelConfig, seen: number) => 4 * layers * heads * headDim * seen

interface Taken {
  seconds: number
  /** Of all threads of this process: what other work a machine has falls on it less than on the clock. */
  processorSeconds: number
}

function clock(): () => Taken {
  const started = performance.now()
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return { seconds: (performance.now() - started) / 1000, processorSeconds: (user + system) / 1e6 }
  }
}

/** In microseconds. */
function perToken(taken: Taken[], tokens: number) {
  const spread = (values: number[]) => {
    const sorted = values.map((s) => Number(((1e6 * s) / tokens).toFixed(2))).sort((a, b) => a - b)
    return { median: sorted[Math.floor(sorted.length / 2)], min: sorted[0], max: sorted.at(-1) }
  }
  return {
    microseconds: spread(taken.map((t) => t.seconds)),
    processorMicroseconds: spread(taken.map((t) => t.processorSeconds)),
  }
}
