/** Models of random weights against transformers, torch and TRL. */
import { join } from 'node:path'
import { batchOf, nextTokenLogits, nextTokenLogProbs } from '../model/batch.ts'
import { disposeWeights, type Model } from '../model/model.ts'
import { readSafetensors } from '../model/safetensors.ts'
import { AdamW } from '../optim/adamw.ts'
import { randomAt } from '../random.ts'
import { rollout } from '../rollout/rollout.ts'
import { unrestricted } from '../rollout/sampler.ts'
import { tf } from '../tensor/tf.ts'
import { Comparisons } from './comparison.ts'
import { endToEnd } from './end-to-end.ts'
import type { ModelCase } from './layout.ts'
import { addAll, loadModel, type ModelFiles, unpadded } from './model.ts'
import { crossEntropy, paddedLogits } from './padded.ts'

type Check = (model: Model, expected: ModelCase, name: string, files: ModelFiles) => Promise<Comparisons>
const checks: Record<string, Check> = {
  'logits and log-probabilities': forward,
  'cross-entropy': supervised,
  AdamW: optimizer,
  'greedy outputs': greedy,
  'GRPO end to end': endToEnd,
}

/** Names of what is compared of each model. */
export const modelChecks = Object.keys(checks)

export async function compareModel(folder: string, name: string, expected: ModelCase, check: string) {
  const model = loadModel(folder, name)
  try {
    const found = await checks[check](model, expected, name, (file) => readSafetensors(join(folder, name, file)))
    return await found.results()
  } finally {
    disposeWeights(model.weights)
  }
}

async function forward(model: Model, expected: ModelCase, name: string) {
  const found = new Comparisons()
  tf.tidy(() => {
    const rows = unpadded(expected.input_ids, expected.attention_mask)
    const logits = unpadded(expected.logits_real_tokens as number[][][], expected.attention_mask)
    const batch = batchOf(rows.map((ids) => ({ promptIds: ids.slice(0, 1), ids: ids.slice(1) })))
    const steps = batch.length - 1
    const foundLogits = nextTokenLogits(model, batch)
    const logProbs = nextTokenLogProbs(model, batch, 1)
    rows.forEach((ids, r) => {
      const count = ids.length - 1
      const where = `${name}, row ${r}`
      found.add('logits', where, tf.slice(foundLogits, [r * steps, 0], [count, -1]), logits[r].slice(0, count).flat())
      const next = expected.next_logprob[r].filter((x) => x !== null)
      found.add('next-token log-probabilities', where, tf.slice(logProbs, [r, 0], [1, count]), next)
    })
    const real = expected.attention_mask.flatMap((row, r) => row.flatMap((m, i) => (m ? [r * row.length + i] : [])))
    const padded = paddedLogits(model.config, model.weights, expected)
    found.add('logits, padded batch', name, tf.gather(padded, tf.tensor1d(real, 'int32')), logits.flat(2))
  })
  return found
}

async function supervised(model: Model, expected: ModelCase, name: string, files: ModelFiles) {
  const found = new Comparisons()
  tf.tidy(() => {
    const { loss, gradients } = crossEntropy(model, expected)
    found.add('cross-entropy', name, loss, [expected.ce_loss])
    addAll(found, 'cross-entropy gradients', name, gradients, files('grads.safetensors'))
  })
  return found
}

/** One step on given gradients, and three on its own. */
async function optimizer(model: Model, expected: ModelCase, name: string, files: ModelFiles) {
  const found = new Comparisons()
  const { lr, betas, eps, weight_decay, ce_loss_after_3_steps } = expected.adamw
  const settings = { learningRate: lr, beta1: betas[0], beta2: betas[1], epsilon: eps, weightDecay: weight_decay }
  const once = new AdamW()
  const own = new AdamW()
  const given = new Map([...files('grads.safetensors')].map(([n, t]) => [n, tf.tensor(t.data, t.shape)]))
  const start = new Map([...model.weights].map(([n, t]) => [n, tf.clone(t)]))
  await once.update(start, given, settings)
  addAll(found, 'weights after an AdamW step', name, start, files('adamw1.safetensors'))
  tf.dispose([...start.values(), ...given.values()])
  // the first step turns each gradient into its sign, so the weights themselves would show the rounding of gradients near 0
  for (let step = 0; step < 3; step++) {
    const { loss, gradients } = crossEntropy(model, expected)
    await own.update(model.weights, gradients, settings)
    tf.dispose([loss, ...gradients.values()])
  }
  tf.tidy(() => {
    found.add('cross-entropy after three AdamW steps', name, crossEntropy(model, expected).loss, [
      ce_loss_after_3_steps,
    ])
  })
  for (const a of [once, own]) a.dispose()
  return found
}

/** Of prompts of different length; and the sampler's log-probabilities against the trainer's. */
async function greedy(model: Model, { greedy }: ModelCase, name: string) {
  const found = new Comparisons()
  const outputs = await rollout({
    model,
    prompts: unpadded(greedy.input_ids, greedy.attention_mask),
    groupSize: 1,
    maxTokens: greedy.max_new_tokens,
    eosIds: [greedy.eos],
    sampler: unrestricted(0),
    random: () => randomAt(0),
  })
  tf.tidy(() => {
    outputs.forEach(([output], r) => {
      const wanted = greedy.output[r].slice(greedy.input_ids[0].length)
      const end = wanted.indexOf(greedy.eos)
      found.add('greedy outputs', `${name}, row ${r}`, output.ids, end < 0 ? wanted : wanted.slice(0, end + 1))
      const logProbs = nextTokenLogProbs(model, batchOf([output]), 1)
      const trainer = tf.slice(logProbs, [0, output.promptIds.length - 1], [1, output.ids.length])
      found.add('trainer against sampler', `${name}, row ${r}`, trainer, output.logProbs)
    })
  })
  return found
}
