/** A real model, against what transformers computes with the same file (test/fixtures/smollm2/make.py). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { generateText } from '../../src-main/engine/inference.ts'
import { chatTemplateOf, renderChats } from '../../src-main/engine/model/chat-template.ts'
import { loadPolicy, type Policy } from '../../src-main/engine/model/policy.ts'
import { causalBias, fuse, hiddenStates, logitsOf, ropeOf } from '../../src-main/engine/model/transformer.ts'
import { openBackend } from '../../src-main/engine/tensor/index.ts'
import { type Tensor2D, tf } from '../../src-main/engine/tensor/tf.ts'
import { fetched } from '../../src-main/library/places.ts'

const name = 'smollm2-135m-instruct'
const expected = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/smollm2/expected.json'), 'utf8'))
const model = fetched(name)
if (!model) console.warn(`Skipped: ${name} is not here; get it with bin/grpo-studio models fetch ${name}`)

describe.skipIf(!model)(name, () => {
  let policy: Policy
  beforeAll(async () => {
    await openBackend()
    policy = loadPolicy(model!.folder)
  })

  it('has the tokens of transformers, and writes them back', () => {
    for (const { text, ids } of expected.tokenised) {
      expect(policy.tokenizer.encode(text)).toEqual(ids)
      // one more token, as an end token at the very end is not shown
      expect(policy.tokenizer.decode([...ids, ids[0]])).toBe(text + policy.tokenizer.decode([ids[0]]))
    }
  })

  it('writes a conversation as transformers does', async () => {
    const { messages, text } = expected.chat
    expect(await renderChats(chatTemplateOf(policy.companions)!, [messages])).toEqual([text])
  })

  it('has the logits of transformers to 1e-3', async () => {
    const { config, weights } = policy
    for (const { ids, rows, logSumExp } of expected.logits) {
      const [logits, sums] = tf.tidy(() => {
        const fused = fuse({ config, weights })
        const rope = ropeOf(config, [ids.map((_: number, i: number) => i)])
        const bias = causalBias(ids.length)
        const hidden = hiddenStates(fused, tf.tensor2d([ids], undefined, 'int32'), { config, rope, bias })
        const all = logitsOf(fused, hidden.reshape([ids.length, config.hidden]) as Tensor2D)
        return [tf.gather(all, tf.tensor1d(expected.vocabulary, 'int32'), 1), tf.logSumExp(all, 1)]
      })
      const worst = (found: ArrayLike<number>, wanted: number[]) =>
        wanted.reduce((most, x, i) => Math.max(most, Math.abs(found[i] - x)), 0)
      expect(worst(await logits.data(), rows.flat())).toBeLessThan(1e-3)
      expect(worst(await sums.data(), logSumExp)).toBeLessThan(1e-3)
      tf.dispose([logits, sums])
    }
  })

  it('answers as transformers does, and a plain question rightly', async () => {
    const [{ content: prompt }] = expected.chat.messages
    const answer = await generateText({ modelDir: name, prompt, chat: true, maxTokens: 24, temperature: 0, seed: 0 })
    expect(answer).toEqual({ text: 'The capital of France is Paris.', tokens: 8, finishReason: 'stop' })
    expect(expected.greedy.text).toBe(`${answer.text}<|im_end|>`)
  })
})

it('a model without a chat template says so', async () => {
  const ask = { modelDir: 'embedded', prompt: 'Hello', chat: true, maxTokens: 4, temperature: 0, seed: 0 }
  await expect(generateText(ask)).rejects.toMatchObject({
    code: 'bad-request',
    message: 'embedded has no chat template: it was not trained to talk.',
  })
})
