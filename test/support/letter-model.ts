/** A tiny model with random weights that can read and write any printable text, a token a character. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCompanions } from '../../src-main/engine/model/companions.ts'
import { parseConfig } from '../../src-main/engine/model/config.ts'
import { savePolicy } from '../../src-main/engine/model/policy.ts'
import { readTokenizer } from '../../src-main/engine/model/tokenizer.ts'
import { randomWeights } from './random-weights.ts'

const tiny = join(import.meta.dirname, '../fixtures/tiny-policy')
const special = ['<pad>', '<bos>', '<eos>']
const characters = ['\n', ...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))]

/** @param chatTemplate in Jinja, for a model that was trained to talk */
export async function letterModel(folder: string, chatTemplate?: string): Promise<string> {
  const read = (file: string) => JSON.parse(readFileSync(join(tiny, file), 'utf8'))
  const write = (file: string, json: unknown) => writeFileSync(join(folder, file), JSON.stringify(json))
  const tokenizer = read('tokenizer.json')
  tokenizer.pre_tokenizer.pattern.Regex = '[\\s\\S]'
  tokenizer.model.vocab = Object.fromEntries([...special, ...characters].map((token, id) => [token, id]))
  write('tokenizer.json', tokenizer)
  write('tokenizer_config.json', { ...read('tokenizer_config.json'), chat_template: chatTemplate })
  const json = {
    ...read('config.json'),
    vocab_size: special.length + characters.length,
    num_hidden_layers: 1,
    max_position_embeddings: 4096,
  }
  write('config.json', json)
  const config = parseConfig(json, 'config.json')
  const weights = randomWeights(config, 0.3)
  const policy = {
    config,
    weights,
    tokenizer: readTokenizer(join(folder, 'tokenizer.json')),
    companions: readCompanions(folder),
  }
  await savePolicy(policy, folder)
  return folder
}
