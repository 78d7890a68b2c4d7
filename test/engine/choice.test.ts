/** The probability of what may follow a prompt: against the log-probabilities of the same tokens, one after another. */
import { expect, it } from 'vitest'
import { choose } from '../../src-main/engine/choice.ts'
import { logprobsOf } from '../../src-main/engine/inference.ts'
import { loadPolicy } from '../../src-main/engine/model/policy.ts'
import { letterModel } from '../support/letter-model.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'
import { temporaryFolder, tinyPolicy } from './support/run.ts'

onEachBackend('choices', (backend) => {
  it.each([
    ['as text, after a blank', undefined, (prompt: string, choice: string) => `${prompt} ${choice}`],
    [
      'as the beginning of a reply',
      "{{ messages[0].content }}{{ '\n' }}Reply:",
      (prompt: string, choice: string) => `${prompt}\nReply:${choice}`,
    ],
  ])('%s', async (_, template, whole) => {
    const folder = await letterModel(temporaryFolder(), template)
    const { tokenizer } = loadPolicy(folder)
    const choices = ['A', 'B', 'Neither']
    const prompt = 'Which is better, 1 or 2?'
    const expected: number[] = []
    const sequences = choices.map((choice) => tokenizer.encode(whole(prompt, choice)))
    const before = tokenizer.encode(whole(prompt, '')).length - (template ? 0 : 1)
    async function* given() {
      yield* sequences
    }
    for await (const perToken of logprobsOf({ modelDir: folder, sequences: given(), backend }))
      expected.push(perToken.slice(before - 1).reduce((sum, one) => sum + one, 0))
    const { logProbs } = await choose({ modelDir: folder, prompt, choices, backend })
    expectClose('choices', prompt, logProbs, expected)
  })

  it('refuses what the model cannot read or hold', async () => {
    const ask = { modelDir: tinyPolicy, choices: ['1', '2'], backend }
    await expect(choose({ ...ask, prompt: 'Which?' })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('has no token for "Which?"'),
    })
    const folder = await letterModel(temporaryFolder())
    await expect(choose({ ...ask, modelDir: folder, prompt: 'x'.repeat(5000) })).rejects.toMatchObject({
      code: 'bad-request',
      message: `The prompt and what may follow are 5002 tokens, and ${folder} holds 4096.`,
    })
  })
})
