/** Stages that train a reward model or measure, in a world with general requests: what they leave behind, who uses it, and that a killed run goes on inside them. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requestWords } from '../../src-main/engine/tasks/requests.ts'
import { readNote } from '../../src-main/library/reward-models.ts'
import { run, smallRecipe, temporaryFolder } from './support/run.ts'

const judge = (judges: string, more: object = {}) => ({
  kind: 'reward-model',
  name: judges,
  judges,
  steps: 4,
  data: { requests: 120 },
  settings: { promptsPerStep: 8, learningRate: 0.003 },
  ...more,
})
const rl = { kind: 'grpo', name: 'rl', steps: 2, settings: { promptsPerStep: 4 } }

/** Weighs what its stages train, from the start. */
function world(stages: object[], more: object = {}) {
  const trained = stages.flatMap((stage) => ('judges' in stage ? [String(stage.judges)] : []))
  const of = <T>(value: (name: string) => T) => Object.fromEntries(trained.map((name) => [name, value(name)]))
  return smallRecipe({
    addTokens: requestWords,
    task: { difference: 1, request: 1 },
    trainPrompts: 24,
    finalEvalPrompts: 4,
    checkpointEvery: 1,
    settings: {
      rewardWeights: { accuracy: 1, format: 0.1, ...of(() => 1) },
      rewardParameters: of((model) => ({ model })),
    },
    stages,
    ...more,
  })
}
const goOn = {
  react: (m: { type: string }, command: (c: { kind: 'resume' }) => unknown) =>
    void (m.type === 'paused' && command({ kind: 'resume' })),
}

const filesOf = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.safetensors'))
      .map((file) => [file, readFileSync(join(folder, file))]),
  )

describe('a reward-model stage', () => {
  const stages = [judge('helpfulness'), judge('safety'), { kind: 'evaluate', name: 'look' }, rl]
  const recipe = world(stages)

  it('leaves a reward model that later rewards and evaluations use; the policy stays; resumed after any step all is the same', async () => {
    const whole = await run(recipe, goOn)
    expect(whole.steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    const policyAt = (step: number) =>
      readFileSync(join(whole.folder, `checkpoints/step-${String(step).padStart(6, '0')}/model.safetensors`))
    expect(policyAt(9)).toEqual(policyAt(0))
    expect(policyAt(11)).not.toEqual(policyAt(9))
    const notes = ['helpfulness', 'safety'].map((name) => readNote(join(whole.folder, 'reward-models', name)))
    expect(notes.map(({ kind, steps, base }) => [kind, steps, base.model])).toEqual([
      ['helpfulness', 4, 'the policy after step 0'],
      ['safety', 4, 'the policy after step 4'],
    ])
    const metrics = whole.of('step').map(({ report }) => report.metrics)
    expect(metrics[7].eval_loss).not.toBe(metrics[4].eval_loss)
    expect(metrics[0]['reward_model/eval_accuracy']).toBeDefined()
    // before they are there nothing is judged, then everything
    const rewards = whole.of('evaluation').map(({ report }) => [report.step, Object.keys(report.general!.rewards)])
    expect(rewards).toEqual([
      [0, []],
      [9, ['helpfulness', 'safety']],
      [11, ['helpfulness', 'safety']],
    ])
    const judged = whole
      .of('step')
      .at(-1)!
      .report.groups.flatMap((g) => g.completions)
    expect(judged.every((c) => c.parts.helpfulness?.value !== null && c.parts.safety?.value !== null)).toBe(true)
    const [last, models] = ['checkpoints/step-000011', 'reward-models'].map((at) => filesOf(join(whole.folder, at)))
    for (const step of [2, 6, 10]) {
      const checkpoint = `checkpoints/step-${String(step).padStart(6, '0')}`
      const resumed = await run(recipe, { folder: whole.folder, checkpoint, ...goOn })
      expect(resumed.course, `after step ${step}`).toEqual(whole.course.slice(step))
      expect(filesOf(join(whole.folder, 'checkpoints/step-000011'))).toEqual(last)
      expect(filesOf(join(whole.folder, 'reward-models'))).toEqual(models)
    }
  })

  it('that learned nothing waits for a person before it is used', async () => {
    const t = await run(
      world([judge('helpfulness', { steps: 1, settings: { promptsPerStep: 8, learningRate: 0 } }), rl]),
      goOn,
    )
    const alerts = t.of('alert').filter(({ alert }) => alert.kind === 'reward-model')
    expect(alerts.map(({ pause }) => pause)).toEqual([true])
    expect(alerts[0].alert.message).toMatch(
      /^The reward model helpfulness should not be used\. It is not better than chance/,
    )
    expect(t.of('paused').map((m) => m.step)).toEqual([1])
    expect(t.steps).toEqual([1, 2, 3])
  })

  it('is written again when the disk took nothing of it', async () => {
    const folder = temporaryFolder()
    const inTheWay = join(folder, 'reward-models')
    writeFileSync(inTheWay, '')
    const t = await run(world([judge('safety', { steps: 1 }), { ...rl, steps: 1 }]), {
      folder,
      react(message, command) {
        if (message.type !== 'paused') return
        if (statSync(inTheWay).isFile()) rmSync(inTheWay)
        command({ kind: 'resume' })
      },
    })
    expect(t.of('alert')[0].alert.message).toMatch(/^What the stage leaves behind could not be written to/)
    expect(readNote(join(inTheWay, 'safety')).steps).toBe(1)
    expect(t.steps).toEqual([1, 2])
  })

  it('learns from a file, and is refused before the first step for one that cannot be used', async () => {
    const file = join(temporaryFolder(), 'labels.jsonl')
    const line = (i: number) =>
      JSON.stringify({ prompt: `${i}+1=`, completion: `${i}`, label: i % 2 ? 'safe' : 'unsafe' })
    writeFileSync(file, Array.from({ length: 90 }, (_, i) => line(i)).join('\n'))
    const t = await run(world([judge('safety', { data: { file }, steps: 2 })]), goOn)
    expect(readNote(join(t.folder, 'reward-models', 'safety')).data.file).toBe('labels.jsonl')
    await expect(run(world([rl, judge('safety', { data: { file: '/nowhere.jsonl' } })]))).rejects.toThrow(
      /There is no data set \/nowhere\.jsonl/,
    )
    await expect(run(world([judge('helpfulness', { data: { requests: 3 } })]))).rejects.toThrow(/too few pairs/)
  })

  it.each([
    [[judge('safety'), judge('safety')], 'trains the reward model "safety", and so does another stage'],
    [[judge('safety', { lora: {} })], 'trains adapters beside no model'],
    [[judge('safety', { name: 'two words' })], 'must be lower-case letters'],
  ])('is refused: %#', (stages, why) => {
    expect(() => world(stages)).toThrow(why)
  })
})

it('an evaluation stage samples in its own way, in place of the evaluation at the end of the stage before', async () => {
  const look = { kind: 'evaluate', name: 'look', prompts: 3, evaluation: { samples: 2, temperature: 0.5 } }
  const t = await run(
    world([{ ...rl, steps: 1 }, look, { kind: 'sft', name: 'sft', steps: 1, data: { requests: 20 } }]),
  )
  const seen = t.of('evaluation').map(({ report: r }) => [r.step, r.prompts, r.samplesPerPrompt, r.temperature])
  expect(seen).toEqual([
    [0, 4, 1, 1],
    [2, 3, 2, 0.5],
    [3, 4, 1, 1],
  ])
})

describe('the prompts of a stage', () => {
  it('are of the domains that it names', async () => {
    const kinds = async (domains?: string[]) => {
      const t = await run(world([{ ...rl, steps: 2, ...(domains && { domains }) }]))
      return new Set(t.of('step').flatMap(({ report }) => report.groups.map((g) => g.kind)))
    }
    expect(await kinds(['math'])).toEqual(new Set(['difference']))
    expect(await kinds(['general'])).toEqual(new Set(['request']))
    expect(await kinds()).toEqual(new Set(['difference', 'request']))
  })

  it('must be there', async () => {
    await expect(run(world([{ ...rl, domains: ['code'] }]))).rejects.toThrow(
      'stages.0 samples for prompts of code, and the recipe has none of them.',
    )
  })
})

it('new tokens are learned, and adapters cannot learn them', async () => {
  const sft = {
    kind: 'sft',
    name: 'requests',
    steps: 12,
    data: [{ requests: 60 }, { traces: 20, mixed: 1 }],
    settings: { promptsPerStep: 16, learningRate: 0.005 },
  }
  const recipe = world([sft], { addTokens: ['等', '得', ...requestWords] })
  const t = await run(recipe)
  const losses = t.of('step').flatMap(({ report }) => report.metrics.eval_loss ?? [])
  expect(losses.at(-1)).toBeLessThan(0.8 * losses[0])
  await expect(run(world([sft]))).rejects.toThrow('no token for "等')
  expect(() => world([sft], { lora: {} })).toThrow('adapters do not train the embeddings of new tokens')
})
