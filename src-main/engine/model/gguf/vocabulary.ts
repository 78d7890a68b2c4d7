/** A tokenizer as GGUF holds it, from tokenizer.json: `tokenizer.ts` the other way. */
import { StudioError } from '../../../contract/errors.ts'
import { chatTemplateOf } from '../chat-template.ts'
import { jsonOf } from '../companions.ts'
import type { JsonObject } from '../json-file.ts'
import type { Policy } from '../policy.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { splittingName, tokenKinds } from './tokenizer.ts'
import { flag, integers, type MetadataValue, text, texts, u32 } from './writer.ts'

interface Vocabulary {
  /** llama.cpp's name of the way in which text is split before the merges. */
  pre: string
  merges: string[]
  /** Tokens that are found in a text as they are, before it is split. */
  verbatim: (token: string) => boolean
}

/** @throws StudioError bad-model for a tokenizer that llama.cpp has no equal of */
export function tokenizerMetadata({
  config,
  tokenizer,
  companions,
}: Pick<Policy, 'config' | 'tokenizer' | 'companions'>) {
  const json = jsonOf(companions, 'tokenizer.json')!
  const model = (json.model ?? {}) as JsonObject
  const vocab = (model.vocab ?? {}) as Record<string, number>
  const added = (json.added_tokens ?? []) as { id: number; content: string; special: boolean }[]
  const { pre, merges, verbatim } = model.type === 'BPE' ? byteLevel(json, model) : closedList(json, vocab, tokenizer)

  // rows of the embedding that no token has are never met, but llama.cpp counts them
  const tokens = Array.from({ length: config.vocabulary }, (_, id) => `[PAD${id}]`)
  const types = tokens.map((): number => tokenKinds.unused)
  for (const [token, id] of Object.entries(vocab)) {
    tokens[id] = token
    types[id] = verbatim(token) ? tokenKinds.userDefined : tokenKinds.normal
  }
  for (const { id, content, special } of added) {
    tokens[id] = content
    types[id] = special ? tokenKinds.control : tokenKinds.userDefined
  }
  const metadata = new Map<string, MetadataValue>([
    ['tokenizer.ggml.model', text('gpt2')],
    ['tokenizer.ggml.pre', text(pre)],
    ['tokenizer.ggml.tokens', texts(tokens)],
    ['tokenizer.ggml.token_type', integers(types)],
    ['tokenizer.ggml.merges', texts(merges)],
    ['tokenizer.ggml.eos_token_id', u32(tokenizer.eosId)],
    ['tokenizer.ggml.padding_token_id', u32(tokenizer.padId)],
    ['tokenizer.ggml.add_bos_token', flag(tokenizer.bosId !== null && tokenizer.prefix.includes(tokenizer.bosId))],
    ['tokenizer.ggml.add_eos_token', flag(false)],
  ])
  if (tokenizer.bosId !== null) metadata.set('tokenizer.ggml.bos_token_id', u32(tokenizer.bosId))
  const otherEnd = config.eosIds.find((id) => id !== tokenizer.eosId)
  if (otherEnd !== undefined) metadata.set('tokenizer.ggml.eot_token_id', u32(otherEnd))
  const template = chatTemplateOf(companions)
  if (template) metadata.set('tokenizer.chat_template', text(template.source))
  return metadata
}

function byteLevel(json: JsonObject, model: JsonObject): Vocabulary {
  const pre = splittingName(json)
  const decoder = (json.decoder ?? {}) as JsonObject
  if (decoder.type !== 'ByteLevel' || model.byte_fallback === true || pre === undefined)
    throw unlike('splits text in a way that has no name there')
  const merges = (model.merges as (string | [string, string])[]).map((m) => (typeof m === 'string' ? m : m.join(' ')))
  return { pre, merges, verbatim: () => false }
}

/** A list of whole words, as the embedded model has it: longer ones are found as they are, and single characters need no merge. */
function closedList(json: JsonObject, vocab: Record<string, number>, tokenizer: Tokenizer): Vocabulary {
  const whole = Object.entries(vocab).every(([token, id]) => /^[!-~]+$/.test(token) && isToken(tokenizer, token, id))
  if ((json.pre_tokenizer as JsonObject | null)?.type !== 'Split' || !whole)
    throw unlike(`is of the type ${JSON.stringify((json.model as JsonObject | undefined)?.type)}`)
  return { pre: 'gpt-2', merges: [], verbatim: (token) => token.length > 1 }
}

function isToken(tokenizer: Tokenizer, text: string, id: number): boolean {
  try {
    const ids = tokenizer.encode(text)
    return ids.length === 1 && ids[0] === id
  } catch {
    return false // no token for a part of it
  }
}

function unlike(what: string): StudioError {
  return new StudioError(
    'bad-model',
    `The model’s tokenizer ${what}, so a GGUF file cannot hold it whole.`,
    'Take --format hf; llama.cpp’s own converter may know the tokenizer.',
  )
}
