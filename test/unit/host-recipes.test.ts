import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StudioError } from '../../src-main/contract/errors.ts'
import {
  initialSettings,
  parseRecipe,
  rewardModelStages,
  settingsOfStages,
  totalSteps,
} from '../../src-main/contract/recipe.ts'
import type { Settings } from '../../src-main/contract/settings.ts'
import { listRecipes, loadRecipe, withSteps } from '../../src-main/host/recipes.ts'
import { recipeOf } from '../host/support/records.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

function written(text: string): string {
  const file = join(temporaryFolder(), 'mine.json')
  writeFileSync(file, text)
  return file
}

function refusalOf(work: () => unknown): StudioError {
  try {
    work()
  } catch (error) {
    return error as StudioError
  }
  throw new Error('it was accepted')
}

const valid = {
  name: 'mine',
  title: 'Mine',
  task: { sum: 1 },
  stages: [{ kind: 'grpo', name: 'only', steps: 3, settings: { beta: 0.5 } }],
}

describe('shipped recipes', () => {
  test('of the published size have the published values, counted in updates', () => {
    const recipe = loadRecipe('r1-zero-paper', [])
    const [first, second] = settingsOfStages(recipe)
    const perUpdate = (s: Settings) => (s.promptsPerStep * s.groupSize) / s.miniBatches
    expect(perUpdate(first)).toBe(512)
    expect(first).toMatchObject({ learningRate: 3e-6, beta: 0.001, temperature: 1, groupSize: 16, innerEpochs: 1 })
    expect(first.promptsPerStep * first.groupSize).toBe(8192)
    expect(first.refreshReferenceEvery * first.miniBatches).toBe(400)
    expect(totalSteps(recipe) * first.miniBatches).toBe(10_400)
    expect([first, second].map((s) => s.maxCompletionTokens)).toEqual([32_768, 65_536])
    expect((recipe.stages[0].steps * first.miniBatches) / 1000).toBeCloseTo(8.2, 1)

    const stages = loadRecipe('r1-paper', []).stages
    const settings = settingsOfStages(loadRecipe('r1-paper', []))
    const of = (name: string) => settings[stages.findIndex((stage) => stage.name === name)]
    expect(of('cold start')).toMatchObject({ promptsPerStep: 128, learningRate: 5e-5 })
    expect(of('base model on samples')).toMatchObject({ promptsPerStep: 128, learningRate: 5e-5 })
    expect(of('RL 1')).toMatchObject({
      epsilonHigh: 10,
      temperature: 1,
      rewardWeights: { language: 1, helpfulness: 0 },
    })
    for (const judge of ['helpfulness', 'safety'])
      expect(of(judge)).toMatchObject({ promptsPerStep: 256, learningRate: 6e-6 })
    // of the data a fifth is held out; one epoch
    for (const [name, examples] of [
      ['helpfulness', 66_000],
      ['safety', 106_000],
    ] as const) {
      const stage = rewardModelStages(loadRecipe('r1-paper', [])).find((one) => one.name === name)!
      const { requests } = stage.data as { requests: number }
      expect(requests * (1 - stage.heldOut)).toBeCloseTo(examples, 6)
      expect(stage.steps - 1).toBeLessThan(examples / 256)
      expect(stage.steps).toBeGreaterThanOrEqual(examples / 256 - 0.1)
      if (name === 'helpfulness') expect(stage.balanceLengths).toBe(false)
    }
    expect(of('RL 2')).toMatchObject({ temperature: 0.7, learningRate: 3e-6, rewardWeights: { helpfulness: 0 } })
    const last = stages.at(-1)!
    const { at, settings: preference } = last.milestones![0]
    expect((last.steps + 1 - at) * of('RL 2').miniBatches).toBe(400)
    expect(preference.rewardWeights).toEqual({ helpfulness: 1, safety: 1 })
  })

  test('are all valid, with the settings of each stage resolved', () => {
    const [mini] = listRecipes().filter((recipe) => recipe.name === 'r1-zero-mini')
    expect(mini.stages).toHaveLength(2)
    const [short, long] = mini.stages.map((stage) => stage.settings)
    expect(long.maxCompletionTokens).toBeGreaterThan(short.maxCompletionTokens)
    expect(long.temperature).toBe(short.temperature)
  })

  test('begin with the one to begin with; what has no place of its own follows by name', () => {
    const folder = temporaryFolder()
    for (const name of ['a-last', 'r1-mini', 'r1-zero-mini', 'z-last'])
      writeFileSync(join(folder, `${name}.json`), JSON.stringify({ ...valid, name }))
    expect(listRecipes(folder).map(({ name }) => name)).toEqual(['r1-zero-mini', 'r1-mini', 'a-last', 'z-last'])
    expect(listRecipes()[0].name).toBe('r1-zero-mini')
  })
})

describe('loadRecipe', () => {
  test('takes a name, a path, or the recipe itself', () => {
    expect(loadRecipe('r1-zero-mini', []).name).toBe('r1-zero-mini')
    expect(loadRecipe(written(JSON.stringify(valid)), []).title).toBe('Mine')
    expect(loadRecipe(valid, []).title).toBe('Mine')
  })

  test('applies assignments before it checks', () => {
    const recipe = loadRecipe(valid, ['seed=7', 'beta=0', 'rewardWeights.format=0.3', 'stages.0.steps=9'])
    expect(recipe).toMatchObject({ seed: 7, stages: [{ steps: 9, settings: { beta: 0 } }] })
    expect(recipe.settings.rewardWeights?.format).toBe(0.3)
    expect(refusalOf(() => loadRecipe(valid, ['beta=-1'])).message).toMatch(/settings\.beta.*it is -1/)
    expect(refusalOf(() => loadRecipe(valid, ['gamma=1'])).message).toContain('There is no setting "gamma"')
    expect(refusalOf(() => loadRecipe(valid, ['beta'])).message).toContain('"beta" is not of the form key=value')
  })

  test('a recipe’s weights name the rewards of the run; one weight that is assigned leaves the others', () => {
    const weights = (json: Record<string, unknown>, ...set: string[]) =>
      initialSettings(loadRecipe(json, set)).rewardWeights
    expect(weights(valid)).toEqual({ accuracy: 1, format: 0.1 })
    expect(weights({ ...valid, settings: { rewardWeights: { format: 0.2 } } })).toEqual({ format: 0.2 })
    expect(weights(valid, 'rewardWeights.format=0.3')).toEqual({ accuracy: 1, format: 0.3 })
    const none = { ...valid, settings: { rewardWeights: {} } }
    expect(refusalOf(() => loadRecipe(none, [])).message).toContain('rewardWeights names no reward')
    expect(refusalOf(() => loadRecipe(valid, ['rewardWeights.acuracy=1'])).message).toContain('acuracy')
  })

  test('means a model path from the folder of the recipe', () => {
    const file = written(JSON.stringify({ ...valid, model: './models/small' }))
    expect(loadRecipe(file, []).model).toBe(join(file, '..', 'models/small'))
    for (const model of ['embedded', 'smollm2-135m-instruct', 'Qwen/Qwen3-0.6B'])
      expect(loadRecipe(written(JSON.stringify({ ...valid, model })), []).model).toBe(model)
  })

  test('names a missing file and the recipes that there are', () => {
    const error = refusalOf(() => loadRecipe('r1-zero-mimi', []))
    expect(error).toMatchObject({ code: 'bad-recipe', hint: expect.stringContaining('r1-zero-mini') })
    expect(error.message).toContain('There is no recipe "r1-zero-mimi"')
  })

  test('names a file that cannot be read', () => {
    const folder = join(temporaryFolder(), 'a.json')
    mkdirSync(folder)
    expect(refusalOf(() => loadRecipe(folder, [])).message).toContain(`${folder} cannot be read (EISDIR)`)
  })

  test.each([
    ['{\n  "name": "a",\n}', 'line 3, column 1'],
    ['{"name": "a" "title": 1}', 'line 1, column 14'],
    [
      '{\n  "name": nope,\n  "title": "long enough to be cut from the message"\n}',
      'line 2, column 12: Unexpected token',
    ],
    ['{"name": "a', 'line 1, column 12: Unterminated string'],
    ['', 'line 1, column 1: Unexpected end'],
  ])('says where %j is not JSON', (text, where) => {
    const file = written(text)
    const error = refusalOf(() => loadRecipe(file, []))
    expect(error.code).toBe('bad-recipe')
    expect(error.message).toContain(`${file} is not valid JSON: ${where}`)
  })

  test('names every wrong field with its value', () => {
    const file = written(JSON.stringify({ ...valid, colour: 'red', seed: -1, stages: [] }))
    const { message } = refusalOf(() => loadRecipe(file, []))
    for (const part of [file, 'colour', 'seed', 'it is -1', 'stages']) expect(message).toContain(part)
  })
})

describe('lines of a recipe file', () => {
  const recipe = [
    '{',
    '  "name": "mine",',
    '  "title": "Mine",',
    '  "seed": -1,',
    '  "task": { "sum": 1 },',
    '  "stages": [',
    '    { "kind": "grpo", "name": "one", "steps": 3 },',
    '    {',
    '      "kind": "sft",',
    '      "name": "two",',
    '      "steps": 2.5,',
    '      "settings": { "beta": 1,',
    '        "gamma": 2 },',
    '      "data": "nothing"',
    '    }',
    '  ]',
    '}',
  ]
  const messageOf = (lines: string[], set: string[] = []) =>
    refusalOf(() => loadRecipe(written(lines.join('\n')), set)).message

  test('are named with each field that is wrong', () => {
    const message = messageOf(recipe)
    for (const part of [
      'line 4, seed: ',
      'line 11, stages.1.steps: ',
      'line 13, stages.1.settings: ',
      'line 14, stages.1.data: ',
    ])
      expect(message).toContain(part)
  })

  test('are those of the object around what is missing', () => {
    expect(messageOf(recipe.filter((line) => !line.includes('"name": "two"')))).toContain('line 8, stages.1.name: ')
    expect(messageOf(recipe.filter((line) => !line.includes('title')))).toContain('line 1, title: ')
  })

  test('are not told of what was assigned on the command line', () => {
    expect(messageOf(recipe, ['seed=-2'])).toMatch(/(?<!line 4, )seed: .*it is -2/)
  })

  test('are named where fields contradict one another', () => {
    const valid = recipe.map((line) =>
      line.replace('-1', '1').replace('2.5', '2').replace('"beta": 1,', '"beta": 1').replace('"gamma": 2 ', ''),
    )
    expect(messageOf(valid.map((line) => line.replace('"nothing"', '{ "stage": "one" }')))).toContain(
      'line 14, stages.1 learns from the stage "one", which is not the name of one rejection-sampling stage before it.',
    )
    expect(
      messageOf(
        valid.map((line) =>
          line.replace('"nothing"', '"solutions"').replace('3 }', '3, "settings": { "miniBatches": 200 } }'),
        ),
      ),
    ).toContain('line 7, stages.0 splits 128 outputs')
  })

  test('relative paths of stages start at the recipe’s folder', () => {
    const stages = [
      { kind: 'sft', name: 'a', steps: 1, data: { file: './mine.jsonl' } },
      { kind: 'distil', name: 'b', steps: 1, data: 'solutions', model: './student' },
      { kind: 'distil', name: 'c', steps: 1, data: 'solutions' },
    ]
    const file = written(JSON.stringify({ ...valid, stages }))
    expect(loadRecipe(file, []).stages).toMatchObject([
      { data: { file: join(file, '..', 'mine.jsonl') } },
      { model: join(file, '..', 'student') },
      { model: 'embedded' },
    ])
  })
})

describe('withSteps', () => {
  const steps = (n: number) => withSteps(recipeOf(), n).stages.map((stage) => stage.steps)

  test('leaves out the rewards of reward models whose stages are cut off', () => {
    const recipe = parseRecipe(
      {
        ...valid,
        settings: {
          rewardWeights: { accuracy: 1, helpfulness: 1, safety: 1 },
          rewardParameters: { helpfulness: { model: 'helpful' }, safety: { model: 'another' } },
        },
        stages: [
          { kind: 'grpo', name: 'a', steps: 4 },
          { kind: 'reward-model', name: 'helpful', judges: 'helpfulness', steps: 2, data: { requests: 100 } },
          { kind: 'grpo', name: 'b', steps: 4, settings: { rewardWeights: { helpfulness: 2 } } },
        ],
      },
      'it',
    )
    const weights = (n: number) => withSteps(recipe, n).settings.rewardWeights
    expect(weights(3)).toEqual({ accuracy: 1, safety: 1 })
    expect(weights(5)).toEqual({ accuracy: 1, helpfulness: 1, safety: 1 })
  })

  test('cuts stages off, or prolongs the last', () => {
    expect(steps(2)).toEqual([2])
    expect(steps(4)).toEqual([4])
    expect(steps(7)).toEqual([4, 3])
    expect(steps(30)).toEqual([4, 26])
    expect(totalSteps(withSteps(recipeOf(), 30))).toBe(30)
  })

  test.each([0, 1.5, -3])('refuses %d', (n) => {
    expect(refusalOf(() => steps(n)).message).toContain(`not ${n}`)
  })
})

test('a recipe as a run keeps it can be launched again, and is the same', () => {
  for (const { name, recipe } of listRecipes()) {
    const kept = JSON.parse(JSON.stringify(recipe)) as Record<string, unknown>
    expect(loadRecipe(kept, []), name).toEqual(recipe)
    expect(loadRecipe(kept, ['seed=7']), name).toEqual({ ...recipe, seed: 7 })
  }
})
