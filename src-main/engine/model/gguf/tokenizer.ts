/**
 * The tokenizer in a GGUF file as Hugging Face's tokenizer.json and tokenizer_config.json. GGUF holds the vocabulary and the merges, and of
 * the rest only the name of llama.cpp's own pre-tokenizer: how it splits text is written down here for the families that can be trained.
 */
import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../json-file.ts'
import { specialIds } from './config.ts'
import type { Fail, GgufHeader } from './header.ts'

const byteLevel = (useRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
})

const split = (pattern: string) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    byteLevel(false),
  ],
})

/** cl100k's pattern with the number of digits that stay together. */
const cl100k = (digits: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`

interface Splitting {
  preTokenizer: JsonObject
  normalizer: JsonObject | null
  /** A word that is a token is taken whole, without going through the merges. */
  ignoreMerges: boolean
}

const plain = { normalizer: null, ignoreMerges: false }
const gpt2: Splitting = { ...plain, preTokenizer: byteLevel(true) }
const smollm: Splitting = {
  ...plain,
  preTokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(true)] },
}
const llama3: Splitting = { normalizer: null, ignoreMerges: true, preTokenizer: split(cl100k('{1,3}')) }
const qwen2: Splitting = { normalizer: { type: 'NFC' }, ignoreMerges: false, preTokenizer: split(cl100k('')) }

/** By the name in `tokenizer.ggml.pre`. */
const splittings: Record<string, Splitting> = {
  'gpt-2': gpt2,
  smollm,
  'llama-bpe': llama3,
  llama3,
  'llama-v3': llama3,
  qwen2,
  'deepseek-r1-qwen': qwen2,
}

/**
 * The name of the way in which a tokenizer.json splits text.
 * @returns undefined for one that is none of these
 */
export function splittingName({ pre_tokenizer: preTokenizer, model }: JsonObject): string | undefined {
  const ignoresMerges = (model as JsonObject).ignore_merges === true
  const [found] =
    Object.entries(splittings).find(
      ([, s]) => s.ignoreMerges === ignoresMerges && isDeepStrictEqual(essence(s.preTokenizer), essence(preTokenizer)),
    ) ?? []
  return found
}

/** Without `trim_offsets`, which changes no token. */
function essence(part: unknown): unknown {
  return JSON.parse(JSON.stringify(part ?? null, (key, value) => (key === 'trim_offsets' ? undefined : value)))
}

/** A token before every text, as Llama's tokenizers add it. */
function beginning(token: string, id: number): JsonObject {
  const parts = (...texts: string[]) => [
    { SpecialToken: { id: token, type_id: 0 } },
    ...texts.map((text) => ({ Sequence: { id: text, type_id: 0 } })),
  ]
  return {
    type: 'TemplateProcessing',
    single: parts('A'),
    pair: parts('A', 'B'),
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  }
}

/** Kinds of token in `tokenizer.ggml.token_type`. */
export const tokenKinds = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const

/** @returns the contents of tokenizer.json and tokenizer_config.json */
export function tokenizerOf(header: GgufHeader, fail: Fail): { tokenizer: JsonObject; config: JsonObject } {
  const { metadata } = header
  const model = metadata.get('tokenizer.ggml.model')
  if (model !== 'gpt2')
    fail(
      `has a tokenizer of the kind ${JSON.stringify(model) ?? 'of no name'}, which GGUF does not hold whole.`,
      'Take the model as a Hugging Face folder, or a model whose tokenizer is byte-level BPE ("gpt2").',
    )
  const pre = metadata.get('tokenizer.ggml.pre') ?? 'gpt-2'
  const splitting = Object.hasOwn(splittings, String(pre)) ? splittings[String(pre)] : undefined
  if (!splitting)
    return fail(
      `splits text by ${JSON.stringify(pre)}, which is not known here.`,
      `Can be: ${Object.keys(splittings).join(', ')}. Or take the model as a Hugging Face folder.`,
    )
  const texts = (key: string): string[] => {
    const list = metadata.get(`tokenizer.ggml.${key}`)
    if (!Array.isArray(list) || !list.every((text) => typeof text === 'string'))
      return fail(`has no list of texts tokenizer.ggml.${key}.`)
    return list as string[]
  }
  const tokens = texts('tokens')
  const merges = texts('merges')
  const types = metadata.get('tokenizer.ggml.token_type')
  if (!Array.isArray(types) || types.length !== tokens.length)
    return fail(`has ${tokens.length} tokens and ${Array.isArray(types) ? types.length : 'no'} token types.`)
  const vocabulary = new Map(tokens.map((token, id) => [token, id]))
  if (vocabulary.size !== tokens.length) {
    const twice = tokens.find((token, id) => vocabulary.get(token) !== id)
    fail(`has the token ${JSON.stringify(twice)} twice.`)
  }
  const added = tokens.flatMap((content, id) =>
    types[id] === tokenKinds.control || types[id] === tokenKinds.userDefined
      ? [
          {
            id,
            content,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: types[id] === tokenKinds.control,
          },
        ]
      : [],
  )
  const { eos, bos, pad } = specialIds(header)
  const begins =
    typeof bos === 'number' &&
    bos < tokens.length &&
    (metadata.get('tokenizer.ggml.add_bos_token') ?? splitting === llama3)
  const text = (id: unknown) => (typeof id === 'number' ? (tokens[id] ?? null) : null)
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: splitting.normalizer,
      pre_tokenizer: splitting.preTokenizer,
      post_processor: begins ? beginning(tokens[bos as number], bos as number) : null,
      decoder: byteLevel(true),
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: splitting.ignoreMerges,
        vocab: Object.fromEntries(vocabulary),
        merges,
      },
    },
    config: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      clean_up_tokenization_spaces: false,
      eos_token: text(eos[0]),
      bos_token: text(bos),
      pad_token: text(pad),
      ...(typeof metadata.get('tokenizer.chat_template') === 'string'
        ? { chat_template: metadata.get('tokenizer.chat_template') }
        : {}),
    },
  }
}
