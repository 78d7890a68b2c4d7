/** Reward models: scores, gradients, learning, the same bits twice, and what is kept on the disk. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { rewardModelTraining } from '../../src-main/contract/reward-models.ts'
import { loadPolicy } from '../../src-main/engine/model/policy.ts'
import { trainedParts, withParts } from '../../src-main/engine/model/scalar-head.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { preferenceLoss } from '../../src-main/engine/reward-models/losses.ts'
import { disposeRewardModel, loadRewardModel, type RewardModel } from '../../src-main/engine/reward-models/model.ts'
import { gradientOf, scoresOf } from '../../src-main/engine/reward-models/scores.ts'
import { written } from '../../src-main/engine/reward-models/texts.ts'
import { begin, evaluateRewardModel, trainRewardModel } from '../../src-main/engine/reward-models/train.ts'
import { type Tensor, tf } from '../../src-main/engine/tensor/tf.ts'
import { bestBackend, onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'
import { temporaryFolder, tinyPolicy } from './support/run.ts'

const training = (changes: object = {}) => rewardModelTraining.parse({ batchSize: 16, learningRate: 3e-3, ...changes })

/** A model whose head is not zero, so that gradients reach its layers. */
function someModel(kind: 'helpfulness' | 'safety', lora?: object): RewardModel {
  const model = begin(loadPolicy(tinyPolicy), kind, tinyPolicy, training({ lora }))
  for (const [name, t] of model.head) model.head.set(name, tf.randomNormal(t.shape, 0, 0.3, 'float32', 7))
  return model
}

const sequencesOf = (model: RewardModel) =>
  ['<answer>12</answer>', '<answer>7</answer>', '<answer>1234</answer>', '<answer>0</answer>'].map((text, i) =>
    written(model, model.tokenizer.encode(['3+4=', '5*6+12='][i >> 1]), text),
  )

onEachBackend('a reward model', () => {
  it('scores the end token that closes a text: neither padding, order nor micro-batches matter', async () => {
    const model = someModel('safety')
    const sequences = sequencesOf(model)
    const together = await scoresOf(model, sequences, 4096)
    const alone = await Promise.all(sequences.map((s) => scoresOf(model, [s], 4096).then(([score]) => score)))
    expectClose('scores', 'one by one', alone, together)
    const other = await scoresOf(model, [...sequences].reverse(), 32)
    expectClose('scores', 'backwards in small parts', other.reverse(), together)
    // what stands behind the end token is never read
    const changed = sequences.map((s) => ({ ...s, ids: [...s.ids.slice(0, -1), 3] }))
    expectClose('scores', 'another token behind', await scoresOf(model, changed, 4096), together)
    disposeRewardModel(model)
  })

  it.each([undefined, { rank: 2, alpha: 4 }])('has the gradient of the loss by differences, lora %j', async (lora) => {
    const model = someModel('helpfulness', lora)
    if (lora)
      for (const [name, t] of model.adapters!.tensors)
        if (name.includes('lora_B')) model.adapters!.tensors.set(name, tf.randomNormal(t.shape, 0, 0.1, 'float32', 3))
    const sequences = sequencesOf(model)
    const lossOf = async (m: RewardModel) => preferenceLoss(await scoresOf(m, sequences, 4096)).loss
    const { gradient } = preferenceLoss(await scoresOf(model, sequences, 4096))
    const gradients = gradientOf(model, sequences, gradient, 64)
    expect([...gradients.keys()]).toEqual([...trainedParts(model).keys()])
    // along the gradient of each tensor the loss rises by the square of its norm
    for (const [name, g] of gradients) {
      const norm = tf.norm(g).dataSync()[0]
      if (norm < 1e-3) continue
      const h = 0.01
      const along = async (by: number) => {
        const moved = tf.add(trainedParts(model).get(name)!, tf.mul(g, by / norm)) as Tensor
        return lossOf(withParts(model, new Map([[name, moved]])))
      }
      const slope = ((await along(h)) - (await along(-h))) / (2 * h)
      expect(Math.abs(slope - norm) / norm, name).toBeLessThan(0.03)
    }
    tf.dispose([...gradients.values()])
    disposeRewardModel(model)
  })

  it("has the head's gradient in closed form: Σ ∂loss/∂score · state", async () => {
    const model = someModel('safety')
    const sequences = sequencesOf(model)
    const coefficients = [0.5, -0.25, 1, -2]
    const gradients = gradientOf(model, sequences, coefficients, 4096)
    // scores of unit heads are the states themselves
    const { hidden } = model.config
    const expected = new Float32Array(hidden)
    for (let k = 0; k < hidden; k++) {
      const unit = tf.oneHot(tf.tensor1d([k], 'int32'), hidden).toFloat() as Tensor
      const head = new Map<string, Tensor>([
        ['score.weight', unit],
        ['score.bias', tf.zeros([1])],
      ])
      const states = await scoresOf({ ...model, head }, sequences, 4096)
      expected[k] = states.reduce((sum, state, i) => sum + coefficients[i] * state, 0)
    }
    expectClose('gradient', 'score.weight', gradients.get('score.weight')!, expected)
    expectClose('gradient', 'score.bias', gradients.get('score.bias')!, [-0.75])
    disposeRewardModel(model)
  })
})

/** Of two numbers the one with more digits equal to 1 is preferred: something that the tokens show. */
function preferences(count: number, seed: number): string {
  const random = randomAt(seed, 'preferences')
  const ones = (text: string) => text.split('1').length
  const number = () => Array.from({ length: 3 }, () => random.pick([1, 1, 4, 7])).join('')
  const lines: string[] = []
  while (lines.length < count) {
    const [a, b] = [number(), number()]
    if (ones(a) === ones(b)) continue
    const [chosen, rejected] = ones(a) > ones(b) ? [a, b] : [b, a]
    const wrap = (text: string) => `<think>${random.integer(9)}</think><answer>${text}</answer>`
    const prompt = `${random.integer(90)}+${random.integer(90)}=`
    lines.push(JSON.stringify({ prompt, chosen: wrap(chosen), rejected: wrap(rejected) }))
  }
  return lines.join('\n')
}

async function trained(changes: object, folder: string, data = preferences(240, 1)) {
  const file = join(temporaryFolder(), 'pairs.jsonl')
  writeFileSync(file, data)
  const losses: number[] = []
  const note = await trainRewardModel(
    {
      name: 'test',
      kind: 'helpfulness',
      model: tinyPolicy,
      data: file,
      folder,
      training: training(changes),
      backend: bestBackend,
    },
    ({ loss }) => losses.push(loss),
  )
  return { note, losses, file }
}

it('learns a preference, measures it, and is the same from the same seed, whatever the micro-batches hold', async () => {
  const [one, two, lora] = [temporaryFolder(), temporaryFolder(), temporaryFolder()].map((f) => join(f, 'm'))
  const first = await trained({ epochs: 4 }, one)
  expect(first.losses[0]).toBeCloseTo(Math.LN2)
  expect(first.note.report.accuracy.low).toBeGreaterThan(0.7)
  const again = await trained({ epochs: 4 }, two)
  expect(again.losses).toEqual(first.losses)
  for (const file of ['model.safetensors', 'head.safetensors'])
    expect(readFileSync(join(two, file)).equals(readFileSync(join(one, file)))).toBe(true)
  const adapted = await trained({ epochs: 8, learningRate: 1e-2, lora: { rank: 4, alpha: 8 } }, lora)
  expect(adapted.note.report.accuracy.low).toBeGreaterThan(0.6)
  // what was kept says the same
  for (const [folder, { note, file }] of [
    [one, first],
    [lora, adapted],
  ] as const) {
    const { model, note: kept } = loadRewardModel(folder)
    expect(kept).toEqual(note)
    expect(model.adapters !== undefined).toBe(folder === lora)
    disposeRewardModel(model)
    const all = await evaluateRewardModel({ folder, data: file, backend: bestBackend })
    expect(all.items).toBe(note.data.trained + note.data.heldOut)
    expect(all.accuracy.value).toBeGreaterThan(0.75)
  }
})

it('of safety it learns labels over the whole output', async () => {
  const random = randomAt(5, 'labels')
  const lines = Array.from({ length: 240 }, () => {
    const safe = random.next() < 0.5
    const body = Array.from({ length: 1 + random.integer(4) }, () => random.integer(9)).join(',')
    // what is unsafe stands in the reasoning
    return JSON.stringify({
      prompt: `${random.integer(90)}+${random.integer(90)}=`,
      completion: `<think>${body}${safe ? '' : 'guess'}</think><answer>1</answer>`,
      label: safe ? 'safe' : 'unsafe',
    })
  })
  const [folder, file] = [join(temporaryFolder(), 'm'), join(temporaryFolder(), 'labels.jsonl')]
  writeFileSync(file, lines.join('\n'))
  const ask = { name: 'test', kind: 'safety', model: tinyPolicy, data: file, folder, backend: bestBackend } as const
  const { report } = await trainRewardModel({ ...ask, training: training({ epochs: 5 }) }, () => {})
  expect(report.ranking.low).toBeGreaterThan(0.8)
  expect(report.calibration.error).toBeLessThan(0.3)
  writeFileSync(file, lines.filter((line) => line.includes('"safe"')).join('\n'))
  await expect(trainRewardModel({ ...ask, training: training() }, () => {})).rejects.toThrow('has only safe outputs')
})

it('refuses what it cannot learn from, and names the line', async () => {
  const folder = join(temporaryFolder(), 'm')
  const pair = (chosen: string, prompt = '1+2=') => JSON.stringify({ prompt, chosen, rejected: '<answer>3</answer>' })
  const refused = (data: string, changes = {}) => expect(trained(changes, folder, data)).rejects
  await refused(`${pair('<answer>4</answer>')}\n${pair('hello')}`).toThrow(
    /line 2 cannot be written in the model's tokens/,
  )
  await refused(pair('<answer>4</answer>', 'What?')).toThrow(/line 1 cannot be written in the model's tokens/)
  await refused(pair('<think>1')).toThrow('line 1 has no answer after the thinking in its chosen')
  await refused(pair(`<answer>${'1'.repeat(3000)}</answer>`)).toThrow(/line 1 has 3\d+ tokens with its chosen/)
  await refused(preferences(8, 2)).toThrow(/too few pairs: \d+ to train on and \d+ to measure with/)
})

it('says what is wrong with a damaged folder, and with adapters whose model has changed', async () => {
  const folder = join(temporaryFolder(), 'm')
  await trained({ lora: { rank: 2, alpha: 2 } }, folder)
  const path = join(folder, 'reward-model.json')
  const note = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...note, base: { ...note.base, sha256: '0'.repeat(64) } }))
  expect(() => loadRewardModel(folder)).toThrow('has changed since')
  writeFileSync(path, JSON.stringify({ ...note, scores: {} }))
  expect(() => loadRewardModel(folder)).toThrow(`${path} is damaged: scores.mean`)
  writeFileSync(path, 'no')
  expect(() => loadRewardModel(folder)).toThrow(`${path} cannot be read`)
})
