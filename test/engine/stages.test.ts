/** A recipe of several kinds of stages: each does what it says, and resumed anywhere the whole is the same to the last bit. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { plannedEvaluations } from '../../src-main/contract/evaluation-plan.ts'
import { dropReasons } from '../../src-main/contract/stages.ts'
import { readConfig } from '../../src-main/engine/model/config.ts'
import { readSafetensors } from '../../src-main/engine/model/safetensors.ts'
import { run, smallRecipe, type Transcript, temporaryFolder, tinyPolicy } from './support/run.ts'

const sft = { kind: 'sft', name: 'cold start', steps: 3, data: { traces: 40 }, settings: { promptsPerStep: 8 } }
const grpo = { kind: 'grpo', name: 'rl', steps: 2, settings: { promptsPerStep: 4 } }
const collect = {
  kind: 'rejection-sampling',
  name: 'collect',
  steps: 3,
  settings: { temperature: 1, promptsPerStep: 8, groupSize: 32 },
}
const distil = { kind: 'distil', name: 'distil', steps: 3, data: { stage: 'collect' }, model: tinyPolicy, layers: 1 }

/** What a person finds in the data folder. */
const lines = (folder: string, file: string) =>
  readFileSync(join(folder, 'data', file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, never>)

const stepsOf = (t: Transcript, stage: number) =>
  t.of('step').flatMap(({ report }) => (report.stage === stage ? [report] : []))

describe('a supervised stage', () => {
  it('lowers the loss on answers that it is not shown', async () => {
    const t = await run(
      smallRecipe({ stages: [{ ...sft, steps: 30, settings: { promptsPerStep: 8, learningRate: 0.005 } }] }),
    )
    const metrics = stepsOf(t, 0).map((r) => r.metrics)
    const heldOut = metrics.flatMap((m) => m.eval_loss ?? [])
    expect(heldOut).toHaveLength(4)
    expect(heldOut.at(-1)).toBeLessThan(heldOut[0] * 0.8)
    expect(metrics.at(-1)!.loss).toBeLessThan(metrics[0].loss! * 0.8)
    expect(metrics.at(-1)!.eval_mean_token_accuracy).toBeGreaterThan(metrics[0].eval_mean_token_accuracy!)
    expect(metrics.every((m) => m.reward === undefined)).toBe(true)
  })

  it('takes the same steps from packed examples', async () => {
    const learnt = async (packing: boolean) => {
      const t = await run(smallRecipe({ stages: [{ ...sft, data: { corpus: 60 }, packing }] }))
      return stepsOf(t, 0).map(({ metrics: m }) => [m.loss!, m.grad_norm!, m.eval_loss ?? 0, m.num_tokens])
    }
    const [plain, packed] = [await learnt(false), await learnt(true)]
    expect(packed).not.toEqual(plain)
    for (const [step, numbers] of plain.entries())
      for (const [i, number] of numbers.entries()) expect(packed[step][i]).toBeCloseTo(number, 4)
  })

  it('learns from a file of a person’s own, in the words that it has', async () => {
    const file = join(temporaryFolder(), 'mine.jsonl')
    const text = (a: number) => ({
      prompt: `${a}+1=`,
      answer: a + 1,
      completion: `<think>guess</think><answer>${a + 1}</answer>`,
    })
    writeFileSync(file, [1, 2, 3, 4, 5, 6].map((a) => JSON.stringify(text(a))).join('\n'))
    const recipe = smallRecipe({ stages: [{ ...sft, data: { file }, settings: { promptsPerStep: 5 } }] })
    const t = await run(recipe)
    expect(t.steps).toEqual([1, 2, 3])
    // every epoch has all five that are not held out: as many tokens in each step
    expect(t.of('step').map((m) => m.report.metrics.num_tokens % t.of('step')[0].report.metrics.num_tokens)).toEqual([
      0, 0, 0,
    ])
  })

  it('is refused before the first step when there is nothing to learn from', async () => {
    const refusal = (stage: object) => run(smallRecipe({ stages: [grpo, { ...sft, ...stage }] }))
    await expect(refusal({ data: { file: '/nowhere.jsonl' } })).rejects.toThrow(/nowhere\.jsonl/)
    const file = join(temporaryFolder(), 'one.jsonl')
    writeFileSync(file, '{"prompt":"1+1=","answer":2,"completion":"<think>2</think><answer>2</answer>"}')
    await expect(refusal({ data: { file } })).rejects.toThrow(/There are 1 solved problems to learn from \(file/)
    const long = `<think>${'1+1=2;'.repeat(30)}</think><answer>2</answer>`
    writeFileSync(file, [1, 2].map((a) => JSON.stringify({ prompt: `${a}+1=`, completion: long })).join('\n'))
    await expect(refusal({ data: { file } })).rejects.toThrow(/tokens with its prompt; the model has 96 positions/)
    const puzzles = smallRecipe({
      task: { countdown: 1 },
      levels: { countdown: 5 },
      settings: { rewardWeights: { logic: 1 } },
      stages: [sft],
    })
    await expect(run(puzzles)).rejects.toThrow(/There are no "traces" of countdown/)
  })
})

it('a run is measured when its plan says', async () => {
  const evaluate = { kind: 'evaluate', name: 'between', prompts: 3, evaluation: { samples: 2 } }
  const stages = [{ ...sft, steps: 5 }, grpo, collect, { ...sft, name: 'again' }, evaluate, { ...grpo, name: 'last' }]
  const recipe = smallRecipe({ stages, evalEvery: 2 })
  const t = await run(recipe)
  const measured = t.of('evaluation').map(({ report }) => [report.step, report.prompts, report.samples.length])
  expect(plannedEvaluations(recipe).map((e) => [e.afterStep, e.prompts, e.prompts * e.samples])).toEqual(measured)
  expect(measured.length).toBeGreaterThan(7)
})

describe('rejection sampling', () => {
  it('keeps right answers in a file, each once, and counts why the others were dropped; the policy stays', async () => {
    const t = await run(smallRecipe({ checkpointEvery: 1, stages: [{ ...collect, keepPerPrompt: 2 }] }))
    const kept = lines(t.folder, 'stage-1.jsonl')
    const counts = lines(t.folder, 'stage-1.counts.jsonl')
    expect(kept.length).toBeGreaterThan(3)
    expect(new Set(kept.map(({ prompt, completion }) => `${prompt} ${completion}`)).size).toBe(kept.length)
    for (const { prompt } of kept) expect(kept.filter((line) => line.prompt === prompt).length).toBeLessThanOrEqual(2)
    const groups = t.of('step').flatMap(({ report }) => report.groups)
    for (const { prompt, completion, answer } of kept) {
      const sampled = groups.filter((g) => g.prompt === prompt).flatMap((g) => g.completions)
      expect(sampled.find((c) => c.text === completion)?.parts.accuracy?.value).toBe(1)
      expect(completion).toContain(`<answer>${answer}</answer>`)
    }
    for (const [i, { report }] of t.of('step').entries()) {
      const { step, sampled, kept: k, ...dropped } = counts[i] as Record<string, number>
      expect([step, sampled]).toEqual([report.step, 8 * 32])
      expect(k + Object.values(dropped).reduce((a, b) => a + b)).toBe(sampled)
      expect(report.metrics['samples/kept']).toBe(k)
      for (const reason of dropReasons) expect(report.metrics[`samples/dropped_${reason}`]).toBe(dropped[reason])
      const wrong = report.groups
        .flatMap((g) => g.completions)
        .filter((c) => c.finishReason === 'stop' && c.parts.accuracy?.value !== 1)
      expect(dropped.wrong).toBe(wrong.length)
    }
    const weights = (step: number) =>
      readFileSync(join(t.folder, 'checkpoints', `step-00000${step}`, 'model.safetensors'))
    expect(weights(3)).toEqual(weights(0))
  })
})

describe('a stage that learns from what was collected', () => {
  const wrong = { ...collect, steps: 1, settings: { promptsPerStep: 2, groupSize: 2, maxCompletionTokens: 4 } }

  it('is skipped, with an alert, when nothing was; the policy stays the one that it was', async () => {
    const stages = [wrong, { ...sft, name: 'second', data: { stage: 'collect' } }, distil, { ...grpo, name: 'last' }]
    const recipe = smallRecipe({ checkpointEvery: 1, stages })
    const t = await run(recipe)
    expect(t.steps).toEqual([1, 2, 3])
    expect(t.of('stage-ended').map((m) => [m.stage, m.lastStep, m.reason])).toEqual([
      [0, 1, 'steps'],
      [1, 1, 'skipped'],
      [2, 1, 'skipped'],
      [3, 3, 'steps'],
    ])
    const alerts = t.of('alert').filter(({ alert }) => alert.kind === 'no-data')
    expect(alerts.map(({ pause }) => pause)).toEqual([false, false])
    expect(alerts[0].alert.message).toMatch(
      /^Stage "second" was skipped: .*stage-1\.jsonl has no problem in it\. The run goes on/,
    )
    expect(readConfig(join(t.folder, 'checkpoints/step-000003/config.json')).layers).toBe(2)
    const resumed = await run(recipe, { folder: t.folder, checkpoint: 'checkpoints/step-000001' })
    expect(resumed.course).toEqual(t.course.slice(1))
  })

  it('waits while the disk takes nothing of what a step collects, and then has it once', async () => {
    const recipe = smallRecipe({ checkpointEvery: 1, stages: [collect] })
    const undisturbed = await run(recipe)
    const folder = temporaryFolder()
    const [file, aside] = ['stage-1.jsonl', 'aside'].map((name) => join(folder, 'data', name))
    const t = await run(recipe, {
      folder,
      react(message, command) {
        if (message.type === 'step' && message.report.step === 1) {
          renameSync(file, aside)
          mkdirSync(file)
        }
        if (message.type !== 'paused') return
        rmdirSync(file)
        renameSync(aside, file)
        command({ kind: 'resume' })
      },
    })
    expect(t.of('alert').map(({ alert, pause }) => [alert.kind, pause])).toEqual([['checkpoint', true]])
    expect(t.of('alert')[0].alert.message).toMatch(
      /^What step 2 collected could not be written to .*stage-1\.jsonl: EISDIR/,
    )
    expect(t.course).toEqual(undisturbed.course)
    expect(lines(folder, 'stage-1.jsonl')).toEqual(lines(undisturbed.folder, 'stage-1.jsonl'))
    expect(lines(folder, 'stage-1.counts.jsonl')).toEqual(lines(undisturbed.folder, 'stage-1.counts.jsonl'))
  })
})

describe('distillation', () => {
  it('trains another model, whose weights the checkpoints hold from then on', async () => {
    const stages = [collect, distil, { ...grpo, name: 'rl of the student' }]
    const t = await run(smallRecipe({ checkpointEvery: 1, stages }))
    const folder = (step: number) => join(t.folder, 'checkpoints', `step-00000${step}`)
    const names = (step: number) => [...readSafetensors(join(folder(step), 'model.safetensors')).keys()]
    expect(readConfig(join(folder(3), 'config.json')).layers).toBe(2)
    expect(readConfig(join(folder(4), 'config.json')).layers).toBe(1)
    expect(names(3).some((name) => name.includes('layers.1.'))).toBe(true)
    expect(names(4).some((name) => name.includes('layers.1.'))).toBe(false)
    expect(t.of('stage-began').map((m) => m.firstStep)).toEqual([1, 4, 7])
    // measured: at the start, after the student has learned, at the end
    expect(t.of('evaluation').map((m) => m.report.step)).toEqual([0, 6, 8])
    // the student's RL is measured against the student as it was taught
    expect([...readSafetensors(join(folder(7), 'reference.safetensors'))]).toEqual([
      ...readSafetensors(join(folder(6), 'model.safetensors')),
    ])
  })

  it('refuses a student with fewer layers than are asked for, before the first step', async () => {
    await expect(run(smallRecipe({ stages: [collect, { ...distil, layers: 3 }] }))).rejects.toThrow(
      'stages.1 keeps 3 layers of a student that has 2.',
    )
  })
})

describe('a pipeline', () => {
  const stages = [sft, grpo, collect, { ...sft, name: 'second', data: { stage: 'collect' } }, distil]
  const recipe = smallRecipe({ checkpointEvery: 1, evalEvery: 2, stages })
  const filesOf = (folder: string, at: string) =>
    Object.fromEntries(readdirSync(join(folder, at)).map((file) => [file, readFileSync(join(folder, at, file))]))

  it('resumed after any step is the same, data sets and weights included', async () => {
    const whole = await run(recipe)
    expect(whole.steps).toHaveLength(14)
    const last = filesOf(whole.folder, 'checkpoints/step-000014')
    const data = filesOf(whole.folder, 'data')
    for (const step of [2, 3, 4, 5, 6, 8, 10, 11, 13]) {
      const checkpoint = `checkpoints/step-${String(step).padStart(6, '0')}`
      const resumed = await run(recipe, { folder: whole.folder, checkpoint })
      expect(resumed.course, `after step ${step}`).toEqual(whole.course.slice(step))
      expect(filesOf(whole.folder, 'checkpoints/step-000014')).toEqual(last)
      expect(filesOf(whole.folder, 'data')).toEqual(data)
    }
  })

  it('begins the warm-up and the optimizer anew with a stage of another kind', async () => {
    const t = await run(smallRecipe({ settings: { warmupSteps: 2, learningRate: 0.002 }, stages: [sft, grpo] }))
    expect(t.of('step').map((m) => m.report.metrics.learning_rate)).toEqual([0.001, 0.002, 0.002, 0.001, 0.002])
  })

  it('goes on when a person says so, in stages of any kind', async () => {
    const t = await run(recipe, {
      react(message, command) {
        if (message.type === 'step' && [1, 4].includes(message.report.step)) command({ kind: 'next-stage' })
      },
    })
    expect(t.of('stage-ended').map((m) => m.reason)).toEqual(['steered', 'steps', 'steered', 'steps', 'steps'])
    expect(t.of('stage-began').map((m) => m.firstStep)).toEqual([1, 2, 4, 5, 8])
  })
})

describe('a gate', () => {
  const stages = (gate: object, steps = 6) => [
    { ...grpo, steps, gate },
    { ...grpo, name: 'next', steps: 1 },
  ]
  const gated = (gate: object, more: object = {}) =>
    smallRecipe({ checkpointEvery: 1, evalEvery: 1, stages: stages(gate), ...more })

  it('ends the stage once its metric was high enough often enough', async () => {
    const t = await run(gated({ metric: 'meanLength', above: 1, evaluations: 2 }))
    expect(t.of('stage-ended')[0]).toMatchObject({ lastStep: 2, reason: 'gate' })
    expect(t.steps).toEqual([1, 2, 3])
    const never = await run(gated({ metric: 'meanLength', above: 1000 }))
    expect(never.of('stage-ended')[0]).toMatchObject({ lastStep: 6, reason: 'steps' })
  })

  it('ends it after so many minutes of training, counted over resumes', async () => {
    const [quick, slow] = [await run(gated({ minutes: 1e-5 })), await run(gated({ minutes: 1000 }))]
    expect(quick.of('stage-ended')[0]).toMatchObject({ lastStep: 1, reason: 'gate' })
    expect(slow.of('stage-ended')[0]).toMatchObject({ lastStep: 6, reason: 'steps' })
    const state = (step: number) =>
      JSON.parse(readFileSync(join(slow.folder, `checkpoints/step-00000${step}/state.json`), 'utf8'))
    const seconds = slow.of('step').map(({ report }) => report.metrics['seconds/step'])
    expect(state(2).gate.seconds).toBeCloseTo(seconds[0] + seconds[1])
    expect(state(6).gate.seconds).toBeCloseTo(seconds.slice(0, 6).reduce((a, b) => a + b))
  })

  it('ends it on a plateau, and at the same step again when resumed', async () => {
    const still = gated({ metric: 'accuracy', plateau: 2 }, { settings: { learningRate: 0 } })
    const t = await run(still)
    const values = t.of('evaluation').map((m) => m.report.accuracy)
    const end = t.of('stage-ended')[0]
    expect(end.reason).toBe('gate')
    const seen = values.slice(1, end.lastStep + 1)
    expect(Math.max(...seen.slice(-2))).toBeLessThanOrEqual(Math.max(...seen.slice(0, -2)))
    const resumed = await run(still, { folder: t.folder, checkpoint: 'checkpoints/step-000001' })
    expect(resumed.of('stage-ended')[0]).toEqual(end)
    expect(resumed.course).toEqual(t.course.slice(1))
  })

  it.each(['next-stage', 'stay', 'resume'] as const)('that asks waits for a person, who says %s', async (kind) => {
    const t = await run(gated({ metric: 'meanLength', above: 1, onReach: 'ask' }), {
      react(message, command) {
        if (message.type === 'paused') command({ kind })
        if (message.type === 'step' && message.report.step === 4 && kind !== 'next-stage')
          command({ kind: 'next-stage' })
      },
    })
    const asked = t.of('alert').filter(({ alert }) => alert.kind === 'gate')
    expect(asked.map(({ alert, pause }) => [alert.step, pause])).toEqual([[1, true]])
    expect(t.of('alert')[0].alert.message).toBe(
      'Stage "rl" may end: response length was at least 1 in the last evaluation. The run waits.',
    )
    expect(t.of('paused').map((m) => m.step)).toEqual([1])
    expect(t.of('stage-ended')[0]).toMatchObject({ lastStep: kind === 'next-stage' ? 1 : 4, reason: 'steered' })
    // what was said is part of the course
    const again = await run(gated({ metric: 'meanLength', above: 1, onReach: 'ask' }), {
      folder: t.folder,
      checkpoint: 'checkpoints/step-000001',
      replay: t.replayAfter(1),
      // going on leaves no trace: it is asked again
      react: (message, command) => message.type === 'paused' && kind === 'resume' && command({ kind }),
    })
    expect(again.course).toEqual(t.course.slice(1))
  })

  it('that asks does so at the end of the steps too', async () => {
    const t = await run(smallRecipe({ stages: stages({ onReach: 'ask' }, 2) }), {
      react: (message, command) => message.type === 'paused' && command({ kind: 'next-stage' }),
    })
    expect(t.of('alert')[0].alert.message).toBe('Stage "rl" may end: it has had its 2 steps. The run waits.')
    expect(t.steps).toEqual([1, 2, 3])
  })

  it.each([
    [{}, 'says nothing'],
    [{ above: 1 }, 'waits for evaluations'],
  ])('%j is refused: it %s', (gate, why) => {
    expect(() => smallRecipe({ stages: stages(gate) })).toThrow(`stages.0 has a gate that ${why}`)
  })

  it('of the last stage asks nothing', () => {
    expect(() => smallRecipe({ stages: [{ ...grpo, gate: { onReach: 'ask' } }] })).toThrow('there is no stage after it')
  })
})

it('milestones change settings inside a stage, at the same steps again when resumed; what is steered later outlives them', async () => {
  const milestones = [
    { at: 4, settings: { rewardWeights: { format: 0.5 } } },
    { at: 2, settings: { maxCompletionTokens: 20, temperature: 0.8 } },
  ]
  const recipe = smallRecipe({
    checkpointEvery: 1,
    stages: [
      { ...grpo, steps: 1 },
      { ...grpo, name: 'two', steps: 4, milestones },
    ],
  })
  const script = {
    react(
      message: { type: string; report?: unknown },
      command: (c: { kind: 'set'; changes: { temperature: number } }) => unknown,
    ) {
      if (message.type === 'step' && (message.report as { step: number }).step === 3)
        command({ kind: 'set', changes: { temperature: 1.2 } })
    },
  }
  const t = await run(recipe, script)
  const of = <T>(value: (s: ReturnType<Transcript['settingsAt']>) => T) =>
    t.steps.map((step) => value(t.settingsAt(step)))
  expect(of((s) => s.maxCompletionTokens)).toEqual([12, 12, 20, 20, 20])
  expect(of((s) => s.temperature)).toEqual([1, 1, 0.8, 1.2, 1.2])
  expect(of((s) => s.rewardWeights.format)).toEqual([0.1, 0.1, 0.1, 0.1, 0.5])
  const resumed = await run(recipe, {
    folder: t.folder,
    checkpoint: 'checkpoints/step-000002',
    replay: t.replayAfter(2),
  })
  expect(resumed.course).toEqual(t.course.slice(2))
})
