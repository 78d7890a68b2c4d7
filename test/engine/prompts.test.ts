/** A run whose model is asked by its chat template. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run, smallRecipe, temporaryFolder, tinyPolicy } from './support/run.ts'

/** The tiny policy with a chat template; its vocabulary has no words, so the template counts messages. */
function chatty(template: string): string {
  const folder = temporaryFolder()
  cpSync(tinyPolicy, folder, { recursive: true })
  const path = join(folder, 'tokenizer_config.json')
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), chat_template: template }))
  return folder
}
const counting = '{{ messages | length }}+1='
const recipe = (model: string, prompt: object) =>
  smallRecipe({ model, prompt, stages: [{ kind: 'grpo', name: 'one', steps: 1 }] })

it('is asked by it, and what is stored and shown is the problem itself', async () => {
  const model = chatty(counting)
  const [asked, alone, bare] = [
    await run(recipe(model, {})),
    await run(recipe(model, { system: '', examples: 1 })),
    await run(recipe(model, { style: 'bare' })),
  ]
  const groups = (of: typeof asked) => of.of('step')[0].report.groups
  for (const { prompt, answer } of groups(asked)) {
    expect(prompt).toMatch(/^\d+[-*]\d+=$/)
    expect(String(Function(`return ${prompt.slice(0, -1)}`)())).toBe(answer)
  }
  expect(groups(asked).map((g) => g.prompt)).toEqual(groups(bare).map((g) => g.prompt))
  const texts = (of: typeof asked) => groups(of).flatMap((g) => g.completions.map((c) => c.text))
  // the same stream of random numbers after another prompt
  expect(texts(asked)).not.toEqual(texts(bare))
  expect(texts(asked)).not.toEqual(texts(alone))
})

it('goes on from a checkpoint as if it had never stopped', async () => {
  const model = chatty(counting)
  const two = smallRecipe({ model, checkpointEvery: 1, stages: [{ kind: 'grpo', name: 'two', steps: 2 }] })
  const whole = await run(two)
  const resumed = await run(two, { folder: whole.folder, checkpoint: 'checkpoints/step-000001' })
  expect(resumed.course).toEqual(whole.course.slice(1))
})

it.each([
  ['{{ raise_exception("no system here") }}', {}, 'bad-model', 'no system here'],
  [counting, { style: 'text' }, 'bad-request', 'no token for'],
  ['{% for i in range(60) %}9{% endfor %}+1=', {}, 'bad-recipe', 'do not fit'],
])('a template %s with %j fails before the first step', async (template, prompt, code, message) => {
  const slow = { ...recipe(chatty(template), prompt), settings: { maxCompletionTokens: 40 } }
  await expect(run(slow as never)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
})
