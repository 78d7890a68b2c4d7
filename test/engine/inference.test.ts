/** What the command line does with a model without training it. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { StudioError } from '../../src-main/contract/errors.ts'
import { generateText, logprobsOf, sampleTexts } from '../../src-main/engine/inference.ts'
import { unpadded } from '../../src-main/engine/verify/model.ts'
import { bestBackend, onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'
import { fileOf, modelNames, reference } from './support/reference.ts'
import { temporaryFolder, tinyPolicy } from './support/run.ts'

/** A reference model with a tokenizer, so that it is a whole model folder. */
function modelFolder(name: string): string {
  const folder = temporaryFolder()
  for (const file of ['config.json', 'model.safetensors']) copyFileSync(fileOf(name, file), join(folder, file))
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(join(tinyPolicy, file), join(folder, file))
  return folder
}

async function logprobs(modelDir: string, sequences: unknown[], backend = bestBackend): Promise<number[][]> {
  async function* given() {
    for (const ids of sequences) yield ids as number[]
  }
  const found: number[][] = []
  for await (const line of logprobsOf({ modelDir, sequences: given(), backend })) found.push(line)
  return found
}

async function refusal(action: Promise<unknown>): Promise<StudioError> {
  const error = await action.then(
    () => undefined,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(StudioError)
  return error as StudioError
}

onEachBackend('log-probabilities', (backend) => {
  it.each(modelNames)('of %s are those of transformers', async (name) => {
    const { input_ids: inputIds, attention_mask: attentionMask, next_logprob: nextLogProbs } = reference.models[name]
    const rows = unpadded(inputIds, attentionMask)
    const found = await logprobs(modelFolder(name), rows, backend)
    expect(found.map((line) => line.length)).toEqual(rows.map((row) => row.length - 1))
    for (const [r, line] of found.entries())
      expectClose(
        'logprobs',
        `${name}, row ${r}`,
        line,
        nextLogProbs[r].filter((x) => x !== null),
      )
  })
})

describe('log-probabilities', () => {
  it.each([
    [[[1, 2], [3]], 'Sequence 2 has fewer than two token ids.'],
    [['12'], 'Sequence 1 has fewer than two token ids.'],
    [[[1, 32]], 'Sequence 1 has the id 32.'],
    [[[1, 2.5]], 'Sequence 1 has the id 2.5.'],
    [[[1, -1]], 'Sequence 1 has the id -1.'],
    [[new Array(97).fill(1)], 'Sequence 1 has 97 ids.'],
  ])('%j is refused', async (sequences, message) => {
    const error = await refusal(logprobs(tinyPolicy, sequences))
    expect(error.message).toBe(message)
    expect(error.code).toBe('bad-request')
    expect(error.hint).not.toBe('')
  })
})

describe('several answers', () => {
  const ask = { modelDir: tinyPolicy, maxTokens: 20, temperature: 1, samples: 3, seed: 0, backend: bestBackend }
  const prompts = ['9-4=', '1+2=', '12+7=']

  it('of a prompt depend on the seed, not on what is asked beside it', async () => {
    const { texts } = await sampleTexts({ ...ask, prompts })
    expect(texts.map((of) => of.length)).toEqual([3, 3, 3])
    expect(new Set(texts.flat()).size).toBeGreaterThan(4)
    expect((await sampleTexts({ ...ask, prompts: [prompts[1]] })).texts).toEqual([texts[1]])
    expect((await sampleTexts({ ...ask, prompts, seed: 1 })).texts).not.toEqual(texts)
  })

  it('at temperature 0 are what one answer alone would be', async () => {
    const { texts } = await sampleTexts({ ...ask, prompts, samples: 2, temperature: 0 })
    for (const [i, prompt] of prompts.entries()) {
      const { text } = await generateText({ ...ask, prompt, temperature: 0 })
      expect(texts[i]).toEqual([text, text])
    }
  })

  it('are refused as one is', async () => {
    const error = await refusal(sampleTexts({ ...ask, prompts: ['1+1=', ''] }))
    expect(error).toMatchObject({ message: 'The prompt is empty.', code: 'bad-request' })
  })
})

describe('generated text', () => {
  const ask = { modelDir: tinyPolicy, prompt: '9-4=', maxTokens: 20, temperature: 1, seed: 0, backend: bestBackend }

  it('is the same for the same seed, and ends by itself or at the limit', async () => {
    const first = await generateText(ask)
    expect(await generateText(ask)).toEqual(first)
    expect(first.finishReason).toBe('stop')
    expect(first.text).toMatch(/^<(think|answer)>/)
    const cut = await generateText({ ...ask, maxTokens: 3 })
    expect(cut).toMatchObject({ tokens: 3, finishReason: 'length' })
    expect(first.text.startsWith(cut.text)).toBe(true)
  })

  it('at temperature 0 needs no seed', async () => {
    const greedy = await generateText({ ...ask, temperature: 0 })
    expect(await generateText({ ...ask, temperature: 0, seed: 9 })).toEqual(greedy)
  })

  it.each([
    [{ prompt: '' }, 'The prompt is empty.'],
    [{ maxTokens: 95 }, "The prompt's 4 tokens and 95 more do not fit into the model's 96 positions."],
    [{ prompt: 'two' }, 'The model has no token for "two" (character 1 of the text).'],
  ])('%j is refused', async (change, message) => {
    const error = await refusal(generateText({ ...ask, ...change }))
    expect(error).toMatchObject({ message, code: 'bad-request' })
  })
})
