import { describe, expect, test } from 'vitest'
import { parseRecipe, type Recipe, settingsOfStages } from '../../src-main/contract/recipe.ts'
import { defaultSettings } from '../../src-main/contract/settings.ts'
import { forwardFlops, passFlops, trainingFlops, withReference } from '../../src-main/engine/estimate/flops.ts'
import { drawn } from '../../src-main/engine/estimate/lengths.ts'
import { memoryOf, through } from '../../src-main/engine/estimate/memory.ts'
import { remedyOf } from '../../src-main/engine/estimate/remedy.ts'
import { resolved } from '../../src-main/engine/estimate/situation.ts'
import { activationBytes, cacheBytesPerToken, samplingBytes, sizesOf } from '../../src-main/engine/estimate/sizes.ts'
import { rolloutWork, updateWork } from '../../src-main/engine/estimate/workload.ts'
import { parseConfig } from '../../src-main/engine/model/config.ts'
import { knownModel } from '../../src-main/engine/model/known.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { machineMemory } from '../../src-main/host/machine-memory.ts'

const smollm2 = parseConfig(
  {
    model_type: 'llama',
    vocab_size: 49_152,
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
    eos_token_id: 2,
  },
  'config.json',
)
const lora = {
  rank: 8,
  alpha: 16,
  targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as never,
}
const whole = sizesOf(smollm2, undefined)
const adapted = sizesOf(smollm2, lora)

test('a model that is not here is known by its published configuration', () => {
  const { config, tokenizer } = knownModel('Qwen/Qwen2.5-32B')!
  // as the hub counts them
  expect(sizesOf(config, undefined).parameters).toBe(32_763_876_352)
  expect(config.maxPositions).toBe(131_072)
  expect(tokenizer.encode('What is 12 + 13?')).toHaveLength(6)
  for (const name of ['embedded', 'Qwen/Qwen2.5-33B', '../Qwen/Qwen2.5-32B', 'Qwen/..'])
    expect(knownModel(name)).toBeNull()
})

describe('remedies', () => {
  const recipe = parseRecipe(
    {
      name: 'wide',
      title: 'Wide',
      task: { sum: 1 },
      settings: { promptsPerStep: 8, groupSize: 16, miniBatches: 16 },
      stages: [{ kind: 'grpo', name: 'only', steps: 3 }],
    },
    'test',
  )
  const outputs = (r: Recipe) => settingsOfStages(r)[0].promptsPerStep * settingsOfStages(r)[0].groupSize

  test('leave an output for each mini-batch, as other recipes are refused', () => {
    expect(remedyOf(recipe, outputs, 16)).toMatchObject({ changes: [{ assignment: 'promptsPerStep=1' }], bytes: 16 })
    expect(remedyOf(recipe, outputs, 15)).toEqual({ changes: null, bytes: 16 })
  })

  test('that will not do say how far they come', () => {
    const few = { ...recipe, settings: { ...recipe.settings, miniBatches: 1 } }
    expect(remedyOf(few, outputs, 3)).toEqual({ changes: null, bytes: 4 })
  })
})

describe('sizes', () => {
  test('parameters are those that Hugging Face counts', () => {
    expect(whole.parameters).toBe(134_515_008)
    expect(whole.trained).toBe(134_515_008)
    // peft: 2,442,240 with rank 8 on all projections
    expect(adapted.trained).toBe(2_442_240)
    expect(adapted.parameters).toBe(whole.parameters)
  })

  test('a token leaves keys and values of three heads of 64 in thirty layers', () => {
    expect(cacheBytesPerToken(whole)).toBe(2 * 30 * 3 * 64 * 4)
  })

  test('activations grow with rows, faster than length, and checkpointing keeps little of them', () => {
    const of = (rows: number, length: number, checkpointing = false) =>
      activationBytes(whole, { rows, length, firstOutput: length - 17 }, checkpointing)
    expect(of(8, 256) / of(4, 256)).toBeCloseTo(2, 10)
    expect(of(4, 512) / of(4, 256)).toBeGreaterThan(2)
    expect(of(4, 2048) / of(4, 1024)).toBeLessThan(4)
    expect(of(4, 256, true)).toBeLessThan(0.25 * of(4, 256))
  })

  test('logits count from the first output on, a part of a large vocabulary at a time', () => {
    const of = (firstOutput: number) => activationBytes(whole, { rows: 1, length: 305, firstOutput }, true)
    expect(of(0) - of(240)).toBe(6 * 240 * 4096 * 4)
  })

  test('a wide rollout of long answers is its cache', () => {
    const shape = { prompts: 32, rows: 512, promptLength: 16, attended: 8192 }
    expect(samplingBytes(whole, shape)).toBeGreaterThan(512 * 8192 * cacheBytesPerToken(whole))
  })
})

test('a critic is what the policy trains, with a head of one number a state and a bias', () => {
  expect(whole.critic).toBe(whole.parameters + 576 + 1)
  expect(adapted.critic).toBe(adapted.trained + 576 + 1)
  const untied = sizesOf({ ...smollm2, tiedEmbeddings: false }, undefined)
  expect(untied.critic).toBe(untied.parameters - 49_152 * 576 + 576 + 1)
})

describe('operations', () => {
  test('a forward pass of short text is two for each weight and token, the head’s for outputs alone', () => {
    const flops = forwardFlops(whole, { rows: 2, length: 16, firstOutput: 7 })
    const layers = 2 * whole.projections * 32
    const head = 2 * 2 * 8 * 49_152 * 576
    expect(flops).toBeGreaterThan(layers + head)
    expect(flops).toBeLessThan(1.01 * (layers + head))
    expect(whole.projections).toBe(30 * (576 * 576 * 2 + 2 * 576 * 192 + 3 * 576 * 1536))
  })

  test('backward takes twice the forward, once with adapters; checkpointing one more', () => {
    const shape = { rows: 2, length: 64, firstOutput: 15 }
    const forward = forwardFlops(whole, shape)
    expect(trainingFlops(whole, shape, false) / forward).toBe(3)
    expect(trainingFlops(whole, shape, true) / forward).toBe(4)
    expect(trainingFlops(adapted, shape, false) / forward).toBe(2)
    expect(passFlops(whole, shape, false, withReference(true))).toBe(4 * forward)
    expect(passFlops(whole, shape, false, withReference(false))).toBe(2 * forward)
  })
})

test('memory counts a critic with its moments, and what is held of them for undoing', () => {
  const memory = (settings: object) => {
    const stages = [{ kind: 'grpo', name: 'only', steps: 1, settings }]
    const recipe = parseRecipe({ name: 'mine', title: 'Mine', task: { sum: 1 }, stages }, 'mine')
    const situation = resolved({ prompts: [[1, 2, 3]], longestPrompt: 3 }, recipe)
    return memoryOf(whole, situation, { update: null, sampling: null })
  }
  const [plain, critic] = [memory({}), memory({ advantageEstimator: 'gae' })]
  expect(critic.parts).toEqual({ ...plain.parts, training: plain.parts.training + 6 * 4 * whole.critic })
})

describe('workload', () => {
  const all = (groups: number, samples: number, tokens: number) =>
    Array.from({ length: groups }, () => Array.from({ length: samples }, () => ({ tokens, finished: true })))

  test('answers of full length keep every row to the end', () => {
    const work = rolloutWork([12, 9], all(2, 16, 64))
    expect(work.prefills).toEqual([{ prompts: 2, length: 16 }])
    expect(work.decode.every(({ rows }) => rows === 32)).toBe(true)
    expect(work.decode.reduce((sum, { steps }) => sum + steps, 0)).toBe(63)
  })

  test('rows leave as answers end', () => {
    const answers = all(1, 64, 8)
    answers[0][0].tokens = 100
    const { decode } = rolloutWork([12], answers)
    expect(decode[0].rows).toBe(64)
    expect(decode.at(-1)!.rows).toBe(8)
    expect(decode.reduce((sum, { steps }) => sum + steps, 0)).toBe(99)
  })

  test('more prompts than fit into 512 rows are sampled one batch after the other', () => {
    const work = rolloutWork(new Array(64).fill(8), all(64, 16, 4))
    expect(work.prefills).toHaveLength(2)
  })

  test('micro-batches are those that an update would make', () => {
    const settings = { ...defaultSettings, miniBatches: 2, microBatchTokens: 2048 }
    const { passes, updates } = updateWork([12, 12], all(2, 16, 112), settings, randomAt(0, 'test'))
    expect(updates).toBe(2)
    // 16 answers of 124 tokens, padded to 128, in each half
    expect(passes).toEqual(new Array(2).fill({ rows: 16, length: 128, firstOutput: 0, models: withReference(true) }))
  })

  test('a critic sees each answer once before, and learns from it; the reference is asked once', () => {
    const settings = { ...defaultSettings, miniBatches: 2, innerEpochs: 3, advantageEstimator: 'gae' as const }
    const { passes, updates } = updateWork([12, 12], all(2, 16, 112), settings, randomAt(0, 'test'))
    expect(updates).toBe(12)
    const rows = (of: string, backward: boolean) =>
      passes
        .filter(({ models }) => models.some((m) => m.of === of && m.backward === backward))
        .reduce((sum, pass) => sum + pass.rows, 0)
    expect(rows('reference', false)).toBe(32)
    expect(rows('critic', false)).toBe(32)
    expect(rows('critic', true)).toBe(96)
    expect(rows('policy', true)).toBe(96)
    expect(rows('policy', false)).toBe(0)
  })
})

describe('lengths', () => {
  test('answers that were cut go on as the others ended', () => {
    const random = randomAt(3, 'lengths')
    // one in twenty tokens ends an answer: the mean is twenty, of which a sample that is cut at ten sees little
    const exponential = () => Math.ceil(-20 * Math.log(1 - random.next()))
    const answers = Array.from({ length: 400 }, () => {
      const tokens = exponential()
      return tokens <= 10 ? { tokens, finished: true } : { tokens: 10, finished: false }
    })
    const draw = drawn(answers, 1000, null, random)
    const mean = Array.from({ length: 4000 }, () => draw().tokens).reduce((a, b) => a + b, 0) / 4000
    expect(mean).toBeGreaterThan(17)
    expect(mean).toBeLessThan(24)
  })

  test('they are brought to the mean of an earlier run, and no further than the limit', () => {
    const answers = [5, 10, 15, 10].map((tokens) => ({ tokens, finished: true }))
    const of = (limit: number) => {
      const draw = drawn(answers, limit, 50, randomAt(1, 'lengths'))
      return Array.from({ length: 1000 }, draw)
    }
    expect(of(1000).reduce((sum, a) => sum + a.tokens, 0) / 1000).toBeCloseTo(50, -1)
    expect(Math.max(...of(60).map((a) => a.tokens))).toBe(60)
    expect(
      of(60)
        .filter((a) => !a.finished)
        .every((a) => a.tokens === 60),
    ).toBe(true)
  })
})

test('between measured points there is a line; beyond them memory grows at least as it is counted', () => {
  expect(through({ x: 1, y: 10 }, { x: 3, y: 20 }, 2)).toBe(15)
  expect(through({ x: 1, y: 10 }, { x: 3, y: 20 }, 5)).toBe(30)
  expect(through({ x: 100, y: 500 }, { x: 300, y: 500 }, 500)).toBe(700)
  expect(through({ x: 1, y: 10 }, { x: 3, y: 5 }, 2)).toBe(5)
})

describe('the machine', () => {
  const files = (given: Record<string, string>) => (file: string) => given[file] ?? null
  const meminfo = 'MemTotal:       25000000 kB\nMemFree:         1000000 kB\nMemAvailable:   20000000 kB\n'

  test('what could be had without anything giving way is free', () => {
    expect(machineMemory(files({ '/proc/meminfo': meminfo }), 25_600_000_000, 1e9)).toEqual({
      total: 25_600_000_000,
      available: 20_480_000_000,
      limitedBy: 'machine',
    })
  })

  test('elsewhere the system’s free memory is', () => {
    expect(machineMemory(() => null, 16e9, 4e9)).toEqual({ total: 16e9, available: 4e9, limitedBy: 'machine' })
  })

  test('a container’s limit, of its own group or of one around it, counts; cached files do not', () => {
    const read = files({
      '/proc/meminfo': meminfo,
      '/proc/self/cgroup': '0::/pods/one\n',
      '/sys/fs/cgroup/pods/one/memory.max': 'max\n',
      '/sys/fs/cgroup/pods/memory.max': '4000000000\n',
      '/sys/fs/cgroup/pods/memory.current': '3000000000\n',
      '/sys/fs/cgroup/pods/memory.stat': 'anon 5\ninactive_file 1500000000\n',
    })
    expect(machineMemory(read, 25.6e9, 1e9)).toEqual({ total: 4e9, available: 2.5e9, limitedBy: 'container' })
  })

  test('cgroup v1 says so in other files', () => {
    const read = files({
      '/proc/self/cgroup': '4:memory:/docker/a\n',
      '/sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes': '2000000000\n',
      '/sys/fs/cgroup/memory/docker/a/memory.usage_in_bytes': '500000000\n',
    })
    expect(machineMemory(read, 8e9, 6e9)).toEqual({ total: 2e9, available: 1.5e9, limitedBy: 'container' })
    const none = files({ '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n' })
    expect(machineMemory(none, 8e9, 6e9)).toEqual({ total: 8e9, available: 6e9, limitedBy: 'machine' })
  })
})
