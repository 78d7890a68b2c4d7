import { describe, expect, it } from 'vitest'
import { differences } from '../../src-main/contract/differences.ts'
import { parseRecipe, type Recipe } from '../../src-main/contract/recipe.ts'

const recipe = (more: Record<string, unknown> = {}): Recipe =>
  parseRecipe(
    {
      name: 'one',
      title: 'One',
      task: { sum: 1 },
      stages: [
        { kind: 'grpo', name: 'short', steps: 6 },
        { kind: 'grpo', name: 'long', steps: 9, settings: { maxCompletionTokens: 90 } },
      ],
      ...more,
    },
    'the test recipe',
  )

describe('what recipes differ in', () => {
  it('is nothing where only names differ, or a default is written out', () => {
    expect(
      differences([recipe(), recipe({ title: 'Two', description: 'another', settings: { beta: 0.001 } })]),
    ).toEqual([])
  })

  it('names fields by their path, also where one recipe lacks them', () => {
    const other = recipe({ trainPrompts: 64, task: { sum: 1, product: 2 } })
    expect(differences([recipe(), other])).toEqual([
      { path: 'trainPrompts', values: [256, 64] },
      { path: 'task.product', values: [undefined, 2] },
    ])
  })

  it('tells a setting as the stages have it, not where it is written', () => {
    const common = recipe({ settings: { temperature: 0.7, maxCompletionTokens: 50 } })
    const inStages = recipe({
      stages: [
        { kind: 'grpo', name: 'short', steps: 6, settings: { temperature: 0.7, maxCompletionTokens: 50 } },
        { kind: 'grpo', name: 'long', steps: 9, settings: { maxCompletionTokens: 90 } },
      ],
    })
    expect(differences([common, inStages])).toEqual([])
    expect(differences([common, recipe({ settings: { temperature: 0.7 } }), recipe()])).toEqual([
      { path: 'temperature', values: [0.7, 0.7, 1] },
      {
        path: 'maxCompletionTokens',
        values: [
          [50, 90],
          [112, 90],
          [112, 90],
        ],
      },
    ])
  })

  it('counts a stage more as a difference of each of its fields', () => {
    const more = recipe()
    const longer = {
      ...more,
      stages: [...more.stages, { kind: 'grpo' as const, name: 'last', steps: 1, settings: {} }],
    }
    expect(differences([more, longer]).map(({ path }) => path)).toEqual([
      'stages.2.kind',
      'stages.2.name',
      'stages.2.steps',
    ])
  })
})
