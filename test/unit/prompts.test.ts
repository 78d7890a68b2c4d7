import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type PromptForm, promptSchema, r1ZeroSystem } from '../../src-main/contract/prompt.ts'
import { jsonFile } from '../../src-main/engine/model/companions.ts'
import { readTokenizer, type Tokenizer } from '../../src-main/engine/model/tokenizer.ts'
import { bareIds, writePrompts } from '../../src-main/engine/prompts.ts'
import { accuracy } from '../../src-main/engine/rewards/accuracy.ts'
import { format } from '../../src-main/engine/rewards/format.ts'
import { mostTokens, requireRoom } from '../../src-main/engine/start.ts'
import { questionOf, solutionOf } from '../../src-main/engine/tasks/question.ts'
import { evaluationSet, exampleSet, heldOut, trainingSet } from '../../src-main/engine/tasks/sets.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'

/** Each character is a token: what was written can be read back. */
const letters = {
  prefix: [],
  encode: (text: string) => [...text].map((c) => c.codePointAt(0)!),
} as unknown as Tokenizer
const template = '{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}[assistant]'
const chatty = {
  tokenizer: letters,
  companions: new Map([['tokenizer_config.json', jsonFile({ chat_template: template })]]),
}
const base = { tokenizer: letters, companions: new Map() }
const task = { sum: 1, difference: 1 }
const problem = { prompt: '75+73-12=', answer: '136', kind: 'chain', domain: 'math' } as const

async function written(model: typeof base, form: Partial<PromptForm>): Promise<string> {
  const whole = promptSchema.parse(form)
  const { ids } = await writePrompts(model, whole, exampleSet(task, whole.examples), [problem])
  return String.fromCodePoint(...ids(problem))
}

describe('a prompt', () => {
  it('is the problem itself for a model without a chat template', async () => {
    expect(await written(base, {})).toBe('75+73-12=')
    expect(await written(chatty, { style: 'bare' })).toBe('75+73-12=')
  })

  it('is the question in the chat template of a model that has one, after R1-Zero’s instruction', async () => {
    expect(await written(chatty, {})).toBe(`[system]${r1ZeroSystem}[user]What is 75 + 73 - 12?[assistant]`)
    expect(await written(chatty, { system: '' })).toBe('[user]What is 75 + 73 - 12?[assistant]')
  })

  it('is a text to go on from for a base model, as in the paper', async () => {
    expect(await written(base, { style: 'text' })).toBe(`${r1ZeroSystem} User: What is 75 + 73 - 12? Assistant:`)
  })

  it('as a text begins as the tokenizer begins texts; a chat template writes that itself', async () => {
    const begun = { ...base, tokenizer: { ...letters, prefix: [7] } }
    const ids = async (model: typeof base, style: 'text' | 'auto') =>
      (await writePrompts(model, promptSchema.parse({ style }), [], [problem])).ids(problem)
    expect(await ids(begun, 'text')).toEqual([7, ...(await ids(base, 'text'))])
    expect(await ids({ ...chatty, tokenizer: begun.tokenizer }, 'auto')).toEqual(await ids(chatty, 'auto'))
  })

  it('shows solved problems first, never held-out ones, in the form that is rewarded', async () => {
    const text = await written(chatty, { examples: 4, system: '' })
    const turns = [...text.matchAll(/\[user\]What is ([^?]+)\?\[assistant\]([^[]+)/g)]
    expect(turns).toHaveLength(4)
    for (const [, question, solution] of turns) {
      const prompt = `${question.replaceAll(' ', '')}=`
      const answer = /<answer>(\d+)<\/answer>/.exec(solution)![1]
      expect(heldOut({ prompt })).toBe(false)
      expect(format({ text: solution, finished: true }).value).toBe(1)
      expect(Number(answer)).toBe(Number(Function(`return ${question}`)()))
    }
    expect(await written(chatty, { examples: 4, system: '' })).toBe(text)
    expect(await written(base, { style: 'text', examples: 1, system: 'S' })).toMatch(
      /^S\nUser: What is [\d +-]+\?\nAssistant: <think>.+<\/answer>\nUser: What is 75 \+ 73 - 12\?\nAssistant:$/,
    )
  })

  it('in a chat is refused for a model that cannot', async () => {
    await expect(written(base, { style: 'chat' })).rejects.toMatchObject({
      code: 'bad-recipe',
      message: 'prompt.style is "chat", but the model has no chat template.',
    })
  })

  it('of the embedded model is what it always was', async () => {
    const folder = join(import.meta.dirname, '../../resources/model')
    const tokenizer = readTokenizer(join(folder, 'tokenizer.json'))
    const companions = new Map([['tokenizer_config.json', readFileSync(join(folder, 'tokenizer_config.json'))]])
    const problems = [...trainingSet({ sum: 1, product: 1 }, 40, 0), ...evaluationSet({ sum: 1 }, 40)]
    const { ids, longest } = await writePrompts({ tokenizer, companions }, promptSchema.parse({}), [], problems)
    for (const problem of problems) expect(ids(problem)).toEqual(bareIds(tokenizer)(problem))
    expect(longest).toBe(Math.max(...problems.map((p) => tokenizer.encode(p.prompt).length)))
  })
})

describe('the token budget', () => {
  const recipe = loadRecipe('r1-zero-mini', [])
  it('is what the longest prompt leaves of the model’s positions', () => {
    expect(mostTokens(256, 10)).toBe(224)
    expect(mostTokens(8192, 300)).toBe(7892)
    expect(() => requireRoom(recipe, 144, 10)).not.toThrow()
    expect(() => requireRoom(recipe, 143, 10)).toThrow('do not fit')
    expect(() => requireRoom(recipe, 256, 150)).toThrow(
      expect.objectContaining({ code: 'bad-recipe', hint: 'Choose at most 106.' }),
    )
    expect(() => requireRoom(recipe, 256, 300)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('A prompt alone has 300 tokens') }),
    )
  })
})

it('a problem in words, and solved', () => {
  expect(questionOf(problem)).toBe('What is 75 + 73 - 12?')
  expect(solutionOf(problem)).toBe('<think>75 + 73 = 148, 148 - 12 = 136</think><answer>136</answer>')
  expect(accuracy({ text: solutionOf(problem), finished: true }, problem).value).toBe(1)
})
