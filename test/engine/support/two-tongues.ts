/** A policy fine-tuned to think in English mostly, and in German at times, which takes fewer tokens: whatever pays brevity turns it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCompanions } from '../../../src-main/engine/model/companions.ts'
import { parseConfig } from '../../../src-main/engine/model/config.ts'
import { type Policy, savePolicy } from '../../../src-main/engine/model/policy.ts'
import { readTokenizer } from '../../../src-main/engine/model/tokenizer.ts'
import { AdamW } from '../../../src-main/engine/optim/adamw.ts'
import { randomAt } from '../../../src-main/engine/random.ts'
import { supervisedUpdate } from '../../../src-main/engine/sft/update.ts'
import { drawTrainingProblem } from '../../../src-main/engine/tasks/sets.ts'
import { randomWeights } from '../../support/random-weights.ts'
import { temporaryFolder, tinyPolicy } from './run.ts'

const english = [
  'First I add the two numbers, ',
  'then I check the result ',
  'once more with care, ',
  'and this is my answer.',
]
const german = ['Zuerst rechne ich die beiden Zahlen aus und prüfe dann das Ergebnis.']

/** @returns its folder, which is gone after the test */
export async function twoTongues(steps = 150): Promise<string> {
  const folder = temporaryFolder()
  mkdirSync(folder, { recursive: true })
  const read = (file: string) => JSON.parse(readFileSync(join(tinyPolicy, file), 'utf8'))
  const write = (file: string, json: unknown) => writeFileSync(join(folder, file), JSON.stringify(json))
  const tokenizer = read('tokenizer.json')
  const phrases = [...english, ...german]
  phrases.forEach((phrase, i) => {
    tokenizer.model.vocab[phrase] = 32 + i
  })
  tokenizer.model.max_input_chars_per_word = 100
  tokenizer.pre_tokenizer.pattern.Regex = `${phrases.map((p) => p.replace('.', '\\.')).join('|')}|${tokenizer.pre_tokenizer.pattern.Regex}`
  write('tokenizer.json', tokenizer)
  write('tokenizer_config.json', read('tokenizer_config.json'))
  const json = { ...read('config.json'), vocab_size: 32 + phrases.length }
  write('config.json', json)

  const config = parseConfig(json, 'config.json')
  const weights = randomWeights(config, 0.08)
  const policy: Policy = {
    config,
    weights,
    tokenizer: readTokenizer(join(folder, 'tokenizer.json')),
    companions: readCompanions(folder),
  }
  const optimizer = new AdamW()
  for (let step = 0; step < steps; step++) {
    const sequences = Array.from({ length: 24 }, (_, i) => example(policy, step, i))
    await supervisedUpdate(policy, sequences, optimizer, {
      adam: {
        learningRate: 0.01 * Math.min(1, (steps - step) / (steps / 2)),
        beta1: 0.9,
        beta2: 0.99,
        weightDecay: 0,
        maxGradNorm: 1,
      },
      microBatchTokens: 4096,
      tokensPerBatch: sequences.reduce((sum, s) => sum + s.ids.length, 0),
    })
  }
  await savePolicy(policy, folder)
  return folder
}

function example({ tokenizer }: Policy, step: number, i: number) {
  const random = randomAt(0, 'two-tongues', step, i)
  const { prompt, answer } = drawTrainingProblem(random, 'difference')
  const thinking = (random.next() < 0.15 ? german : english).join('')
  const text = `<think>${thinking}</think><answer>${answer}</answer>`
  return { promptIds: tokenizer.encode(prompt), ids: [...tokenizer.encode(text), tokenizer.eosId] }
}
