import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Recipe, recipeSchema } from '../../src-main/contract/recipe.ts'
import { rayProblems } from '../../src-main/engine/ray-problems.ts'
import { examplesOf } from '../../src-main/engine/sft/examples.ts'
import { problemsOf } from '../../src-main/engine/tasks/source.ts'

const folder = mkdtempSync(join(tmpdir(), 'grpo-ray-problems-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const linesOf = (file: string) =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const recipe = (more: object = {}): Recipe =>
  recipeSchema.parse({
    name: 'x',
    title: 'X',
    task: { sum: 1, product: 1 },
    trainPrompts: 32,
    evalPrompts: 8,
    finalEvalPrompts: 16,
    stages: [{ kind: 'grpo', name: 'a', steps: 2 }],
    ...more,
  })

describe('the problems of a job on a cluster', () => {
  it('are those of a run of this machine, in their order, each with what a reward needs', async () => {
    const counts = await rayProblems({ recipe: recipe(), folder })
    const sets = await problemsOf(recipe())
    expect(counts).toMatchObject({ training: 32, heldOut: 16, stages: [] })
    for (const [file, problems] of [
      ['train.jsonl', sets.training],
      ['held-out.jsonl', sets.heldOut],
    ] as const)
      expect(linesOf(file)).toEqual(
        problems.map(({ prompt, answer, kind, domain }, id) => ({
          id,
          prompt,
          answer,
          kind,
          domain,
          problem: { prompt, answer, kind, domain },
        })),
      )
  })

  it('are refused where the model has no token for them', async () => {
    const prompt = { style: 'text', system: '', examples: 1 }
    await expect(rayProblems({ recipe: recipe({ prompt }), folder })).rejects.toThrow(/no token for/)
  })

  it('come with what a supervised stage learns from, held out as here', async () => {
    const stages = [{ kind: 'sft', name: 's', steps: 1, data: { corpus: 40 } }]
    const own = recipe({ stages })
    const { stages: counted } = await rayProblems({ recipe: own, folder })
    const { training } = await problemsOf(own)
    const expected = await examplesOf({ corpus: 40 }, own, training, () => '')
    expect(counted).toEqual([{ stage: 0, training: expected.training.length, heldOut: expected.heldOut.length }])
    const pairs = (of: typeof expected.training) =>
      of.map(({ problem, completion }) => ({ prompt: problem.prompt, completion }))
    expect(linesOf('stage-0.jsonl')).toEqual(pairs(expected.training))
    expect(linesOf('stage-0-held-out.jsonl')).toEqual(pairs(expected.heldOut))
  })

  it('leave out what an earlier stage will have collected', async () => {
    const stages = [
      { kind: 'rejection-sampling', name: 'r', steps: 1 },
      { kind: 'sft', name: 's', steps: 1, data: { stage: 'r' } },
    ]
    const { stages: counted } = await rayProblems({ recipe: recipe({ stages }), folder })
    expect(counted).toEqual([{ stage: 1, training: 0, heldOut: 0 }])
    expect(linesOf('stage-1.jsonl')).toEqual([])
  })

  it('are refused before anything is sent where the model has no room for them', async () => {
    const settings = { maxCompletionTokens: 250 }
    await expect(rayProblems({ recipe: recipe({ settings }), folder })).rejects.toThrow(
      /maxCompletionTokens 250 and a prompt do not fit into the model's 256 positions/,
    )
  })
})
