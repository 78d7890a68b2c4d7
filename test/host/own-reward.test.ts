/** A person's own reward: what it may return, how it fails, and what a run keeps of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseRecipe } from '../../src-main/contract/recipe.ts'
import { parametersOf } from '../../src-main/contract/rewards.ts'
import { openOwnReward, own } from '../../src-main/engine/rewards/own.ts'
import { listOwnRewards, removeOwnReward, saveOwnReward, withOwnReward } from '../../src-main/host/own-rewards.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { closeSandbox } from '../../src-main/sandbox/sandbox.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'own-reward-'))
})
afterAll(() => {
  closeSandbox()
  openOwnReward(undefined)
  rmSync(folder, { recursive: true, force: true })
})

const texts = ['it is 4', 'no idea']
const judged = (code: string, name = 'mine.ts') => {
  openOwnReward({ name, code })
  return own(
    {
      problem: { prompt: '2+2=', answer: '4', data: { fact: 7 } },
      completions: texts.map((text, i) => ({ text, finished: i === 0, tokens: 10 + i })),
      tokenLimit: 64,
    },
    parametersOf('own', { own: { seconds: 0.5 } }),
  )
}

describe('your own reward', () => {
  it('sees the group and gives values, reasons and parts', async () => {
    expect(
      await judged(`
type Completion = { text: string; finished: boolean; tokens: number }
export default (group: any) =>
  group.completions.map(({ text, finished, tokens }: Completion, i: number) =>
    i === 0 ? { value: text.includes(group.answer) ? group.data.fact : 0, reason: group.prompt, parts: { tokens, finished: String(finished) } } : null)`),
    ).toEqual([
      { value: 7, reason: '2+2=', parts: { tokens: 10, finished: 'true' } },
      { value: null, reason: 'no verdict' },
    ])
    expect(await judged('export default async (g) => g.completions.map(() => -0.5)', 'mine.js')).toEqual([
      { value: -0.5, reason: '' },
      { value: -0.5, reason: '' },
    ])
  })

  it.each([
    [
      'export default (g) => {\n  return g.nothing.length\n}',
      "TypeError: cannot read property 'length' of undefined (line 2)",
    ],
    ['export default (g) => {', 'SyntaxError'],
    ['const reward = 1', 'the file has no function as its default export'],
    ['export default 5', 'the file has no function as its default export'],
    ['throw new Error("at the top")\nexport default () => []', 'Error: at the top (line 1)'],
    ['export default () => 1', 'it returned no list'],
    ['export default () => [1]', 'it returned 1 values for 2 completions'],
    ['export default () => ["a", "b"]', 'it returned a value that is no number: "a"'],
    ['export default () => [NaN, NaN]', 'no verdict'],
    ['export default () => [1e9, 1e9]', 'it returned 1000000000, which is not between -1000 and 1000'],
    ['export default () => { for (;;); }', 'took more than 0.5 s'],
    ['export default () => "x".repeat(1e8)', 'needed more than 64 MB'],
    ['import fs from "node:child_process"\nexport default () => [1, 1]', "Cannot find module 'node:child_process'"],
    ['export default () => { process.exit(0) }', 'ended itself'],
    ['export default () => [{ get value() { throw 1 } }, 1]', 'returned what is no data'],
  ])('%j has no verdict: %s', async (code, reason) => {
    const verdicts = await judged(code)
    expect(verdicts.map(({ value }) => value)).toEqual([null, null])
    expect(verdicts[0].reason).toContain(reason)
  })

  it('has no verdict without a file', async () => {
    openOwnReward(undefined)
    const group = {
      problem: { prompt: '', answer: '' },
      completions: [{ text: '', finished: true, tokens: 1 }],
      tokenLimit: 1,
    }
    expect(await own(group, parametersOf('own'))).toEqual([{ value: null, reason: 'no reward file is named' }])
  })
})

describe('a recipe with one', () => {
  const recipe = (ownReward?: unknown) => ({
    ...{ name: 'mine', title: 'Mine', task: { sum: 1 }, ownReward },
    settings: { rewardWeights: { own: 1 } },
    stages: [{ kind: 'grpo', name: 'one', steps: 1 }],
  })

  it('must name it', () => {
    expect(() => parseRecipe(recipe(), 'r.json')).toThrow('it weighs the reward own, and ownReward names no file')
  })

  it('keeps the code of a file beside it, or of one that was saved', () => {
    writeFileSync(join(folder, 'mine.js'), 'export default () => [1]')
    writeFileSync(join(folder, 'r.json'), JSON.stringify(recipe('./mine.js')))
    const loaded = loadRecipe(join(folder, 'r.json'), [])
    expect(withOwnReward(loaded, folder).ownReward?.code).toBe('export default () => [1]')
    // what a run kept stays as it is
    rmSync(join(folder, 'mine.js'))
    expect(() => withOwnReward(loaded, folder)).toThrow(/mine\.js cannot be read: ENOENT/)

    saveOwnReward(folder, { name: 'kept', code: 'export default () => [2]' })
    expect(listOwnRewards(folder)).toEqual([{ name: 'kept', code: 'export default () => [2]' }])
    const saved = withOwnReward(parseRecipe(recipe('kept'), 'r.json'), folder)
    expect(saved.ownReward).toEqual({ name: 'kept', code: 'export default () => [2]' })
    removeOwnReward(folder, 'kept')
    expect(withOwnReward(saved, folder).ownReward?.code).toBe('export default () => [2]')
    expect(() => withOwnReward(parseRecipe(recipe('kept'), 'r.json'), folder)).toThrow(
      /kept\.ts cannot be read: ENOENT/,
    )
  })
})
