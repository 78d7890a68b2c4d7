/** A folder that is no folder of reference numbers, or of another layout, is told so with the place that is wrong. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { relativeError } from '../../src-main/engine/verify/comparison.ts'
import { casesOf, told, verify } from '../../src-main/engine/verify/index.ts'
import { openFixtures } from '../../src-main/engine/verify/layout.ts'
import { referenceFolder } from '../engine/support/reference.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

// biome-ignore lint/suspicious/noExplicitAny: what is wrong with it is the point
function changed(change: (json: any, folder: string) => void): string {
  const folder = join(temporaryFolder(), 'numbers')
  cpSync(referenceFolder, folder, { recursive: true })
  const file = join(folder, 'fixtures.json')
  const json = JSON.parse(readFileSync(file, 'utf8'))
  change(json, folder)
  writeFileSync(file, JSON.stringify(json))
  return folder
}

describe('a folder of another layout', () => {
  it.each([
    ['is not there', () => join(temporaryFolder(), 'nothing'), /^There is no folder .*nothing\.$/],
    ['is a file', () => join(referenceFolder, 'fixtures.json'), /is a file, not a folder/],
    ['has no fixtures.json', () => temporaryFolder(), /has no fixtures\.json/],
    [
      'has no JSON',
      () => {
        const folder = temporaryFolder()
        writeFileSync(join(folder, 'fixtures.json'), 'nothing')
        return folder
      },
      /fixtures\.json is not JSON/,
    ],
    ['lacks a section', () => changed((json) => delete json.loss_inputs), /is of another layout: loss_inputs: /],
    [
      'has a wrong value',
      () => changed((json) => Object.assign(json.loss[3], { loss: 'much', grad: 3 })),
      /is of another layout: loss\.3\.\w+: .*, and 1 more\.$/,
    ],
    [
      'lacks a file of a model',
      () => changed((_, folder) => rmSync(join(folder, 'tiny_qwen2', 'grads.safetensors'))),
      /has a model "tiny_qwen2", whose file .*grads\.safetensors is not there/,
    ],
  ])('%s', (_, folder, message) => {
    expect(() => openFixtures(folder())).toThrow(
      expect.objectContaining({ code: 'bad-request', message: expect.stringMatching(message) }),
    )
  })

  it('has nothing that can be computed', async () => {
    const folder = changed((json) => {
      for (const section of ['advantages', 'logprob_entropy']) json[section] = []
      json.loss = json.loss.slice(0, 1)
      json.loss[0].resolved.loss_type = 'tomorrow'
      json.models = {}
    })
    await expect(verify(folder, 'wasm')).rejects.toThrow(
      expect.objectContaining({
        code: 'bad-request',
        message: expect.stringContaining(
          'has no case that can be computed here: loss grpo_token_beta0: loss_type "tomorrow"',
        ),
      }),
    )
  })
})

describe('what is not known', () => {
  it('is named, and the rest is there', () => {
    const folder = changed((json, folder) => {
      json.tomorrow = {}
      json.advantages[0].scale_rewards = 'median'
      json.advantages[1].multi_objective_aggregation = 'vote'
      json.advantages[2].num_generations = 5
      json.loss[0].config.use_new_thing = true
      json.loss[1].resolved.importance_sampling_level = 'paragraph'
      json.loss[2].config.off_policy_mask_threshold = 0
      json.loss[3].config.entropy_coef = 'adaptive'
      json.loss[4].metrics.novelty = 1
      json.loss[5].intermediate = { coef_9: [[1]] }
      json.models.tiny_llama.e2e.loss_type = 'tomorrow'
      const config = join(folder, 'tiny_qwen3', 'config.json')
      writeFileSync(config, readFileSync(config, 'utf8').replace('"qwen3"', '"mamba"'))
    })
    const { cases, unknown } = casesOf(openFixtures(folder))
    expect(unknown.map(told).filter((line) => !line.startsWith('models'))).toEqual([
      'tomorrow: unknown section',
      'advantages normal_group: scale_rewards "median"',
      'advantages binary_group: multi_objective_aggregation "vote"',
      'advantages group8_group: 16 completions in groups of 5',
      'loss grpo_token_beta0: use_new_thing true',
      'loss grpo_token_beta0.04: importance_sampling_level "paragraph"',
      'loss grpo_sequence_beta0: off_policy_mask_threshold 0, which is off here',
      'loss grpo_sequence_beta0.04: entropy_coef "adaptive"',
      'loss grpo_onpolicy_beta0.04: metric novelty',
      'loss bnpo_token_beta0: intermediate coef_9',
    ])
    const models = unknown.map(told).filter((line) => line.startsWith('models'))
    expect(models).toHaveLength(10)
    expect(models[0]).toBe('models tiny_llama: logits and log-probabilities: loss_type "tomorrow"')
    expect(models[9]).toMatch(/^models tiny_qwen3: GRPO end to end: .*mamba/)
    expect(cases).toHaveLength(19 + 63 + 3 + 10)
  })
})

describe('the error of a tensor', () => {
  it('is the largest difference over the largest expected number', () => {
    expect(relativeError([1, 2.5, -4], [1, 2, -4])).toBe(0.125)
    expect(relativeError([0, 1e-9], [0, 0])).toBeCloseTo(1e-5, 12)
  })

  it('is no number, or without bound, where the tensors cannot be compared', () => {
    expect(relativeError([1, Number.NaN], [1, 1])).toBeNaN()
    expect(relativeError([1], [1, 1])).toBe(Number.POSITIVE_INFINITY)
    expect(relativeError([Number.POSITIVE_INFINITY], [1])).toBe(Number.POSITIVE_INFINITY)
  })
})
