/**
 * Text to token ids and back, by a Hugging Face tokenizer.json.
 *
 * The embedded model's vocabulary is a closed list of words, signs and digits. Its tokenizer.json says so as a WordPiece model behind
 * a pre-tokenizer that cuts out exactly those words, because `@huggingface/tokenizers` has no WordLevel; for whole words the two do the
 * same, and there is no unknown token: other text is an error.
 */
import { dirname, join } from 'node:path'
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers'
import { StudioError } from '../../contract/errors.ts'
import { type JsonObject, readJsonObject, readJsonObjectIfPresent } from './json-file.ts'

export interface Tokenizer {
  /**
   * No token is added at either end; a special token written out in the text (`<eos>`) becomes its id.
   * @throws StudioError bad-request, quoting the piece, for text outside the vocabulary
   */
  encode(text: string): number[]
  /**
   * Exactly the tokens' text, nothing inserted; special tokens are shown, except one at the very end (the end token of a completion).
   * An id that is a row of the model and no token (many embeddings are padded) is shown as U+FFFD: a model can sample it.
   * @throws RangeError for any other id outside the vocabulary
   */
  decode(ids: ArrayLike<number>): string
  /** Ends a completion. */
  readonly eosId: number
  /** Fills a batch; the end token where a model has none of its own. */
  readonly padId: number
  /** Begins a text; null where a model has none. */
  readonly bosId: number | null
  /** What the tokenizer itself puts before a text (Llama's begin of text); a chat template writes it out. */
  readonly prefix: readonly number[]
  /** Ids are below this. A model's embedding may have more rows. */
  readonly size: number
}

/**
 * @param path of a tokenizer.json; tokenizer_config.json beside it names the special tokens
 * @param rows of the model's embedding
 * @throws StudioError bad-model, naming the file
 */
export function readTokenizer(path: string, rows = 0): Tokenizer {
  const configPath = join(dirname(path), 'tokenizer_config.json')
  return parseTokenizer(readJsonObject(path), readJsonObjectIfPresent(configPath) ?? {}, path, configPath, rows)
}

/** @param path, configPath what to call the two in messages */
export function parseTokenizer(
  json: JsonObject,
  config: JsonObject,
  path: string,
  configPath: string,
  rows = 0,
): Tokenizer {
  let tokenizer: HuggingFaceTokenizer
  try {
    tokenizer = new HuggingFaceTokenizer(json, config)
  } catch (error) {
    throw new StudioError(
      'bad-model',
      `${path} is no tokenizer that can be used: ${(error as Error).message}.`,
      'BPE, Unigram and WordPiece tokenizers in the format of Hugging Face can be used.',
    )
  }
  const special = (name: string): number | null => {
    const text = tokenText(config[name])
    if (text === undefined) return null
    const id = tokenizer.token_to_id(text)
    if (id !== undefined) return id
    throw new StudioError(
      'bad-model',
      `${configPath} names ${JSON.stringify(text)} as ${name}, which ${path} does not have.`,
      'Take both files from the same model.',
    )
  }
  const eosId = special('eos_token')
  if (eosId === null)
    throw new StudioError(
      'bad-model',
      `${configPath} names no eos_token.`,
      'A model that is to be trained must be able to end its text: name its end token there.',
    )
  const vocabulary = tokenizer.get_vocab()
  const specialIds = new Set<number>()
  for (const [id, token] of tokenizer.get_added_tokens_decoder()) if (token.special) specialIds.add(id)
  let size = 0
  for (const id of vocabulary.values()) size = Math.max(size, id + 1)
  return {
    eosId,
    padId: special('pad_token') ?? eosId,
    bosId: special('bos_token'),
    prefix: prefixOf(tokenizer),
    size,
    encode(text) {
      if (text === '') return []
      const { ids, tokens } = tokenizer.encode(text, { add_special_tokens: false })
      const unknown = ids.indexOf(undefined as unknown as number)
      if (unknown >= 0) throw outsideVocabulary(text, ids, tokens)
      return ids
    },
    decode(ids) {
      const list = Array.from(ids)
      const unused = list.filter((id) => tokenizer.id_to_token(id) === undefined)
      const wrong = unused.find((id) => !(id >= 0 && id < rows))
      if (wrong !== undefined) throw new RangeError(`There is no token with id ${wrong}; ids are below ${size}.`)
      if (specialIds.has(list.at(-1)!)) list.pop()
      if (unused.length === 0) return written(list)
      const pieces: number[][] = [[]]
      for (const id of list)
        if (!unused.includes(id)) pieces.at(-1)!.push(id)
        else pieces.push([])
      return pieces.map(written).join('\uFFFD')
    },
  }

  function written(ids: number[]): string {
    if (ids.length === 0) return ''
    return tokenizer.decode(ids, { skip_special_tokens: false, clean_up_tokenization_spaces: false })
  }

  function outsideVocabulary(text: string, ids: number[], tokens: string[]): StudioError {
    const known = tokens.slice(0, ids.indexOf(undefined as unknown as number)).join('')
    const at = text.startsWith(known) ? known.length : 0
    const shown = text.slice(at, at + 20)
    return new StudioError(
      'bad-request',
      `The model has no token for ${JSON.stringify(shown)} (character ${at + 1} of the text).`,
      size <= 64 ? `Its whole vocabulary: ${[...vocabulary.keys()].join(' ')}` : 'Use text of the model’s language.',
    )
  }
}

/** The tokens that the post-processor adds before a text. */
function prefixOf(tokenizer: HuggingFaceTokenizer): number[] {
  const text = [...tokenizer.get_vocab().keys()].find((token) => /^[a-z0-9]$/i.test(token))
  if (text === undefined) return []
  const [plain] = tokenizer.encode(text, { add_special_tokens: false }).ids
  const { ids } = tokenizer.encode(text, { add_special_tokens: true })
  return ids.slice(0, Math.max(0, ids.indexOf(plain)))
}

/** tokenizer_config.json gives a special token as its text, or as an object with its content. */
export function tokenText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  const content = (value as JsonObject | null | undefined)?.content
  return typeof content === 'string' ? content : undefined
}
