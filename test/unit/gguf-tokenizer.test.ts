/** The tokenizers of the model families, rebuilt from what a GGUF file holds, against Hugging Face's own implementation. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tokenizerOf } from '../../src-main/engine/model/gguf/tokenizer.ts'
import { parseTokenizer } from '../../src-main/engine/model/tokenizer.ts'

interface Family {
  tokens: string[]
  merges: string[]
  cases: { text: string; ids: number[]; decoded: string }[]
}
const families: Record<string, Family> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/tokenizers/cases.json'), 'utf8'),
)

describe.each(Object.entries(families))('%s', (pre, { tokens, merges, cases }) => {
  const metadata = new Map(
    Object.entries({
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.pre': pre,
      'tokenizer.ggml.tokens': tokens,
      'tokenizer.ggml.token_type': tokens.map((t) => (/^<\|.*\|>$/.test(t) ? 3 : 1)),
      'tokenizer.ggml.merges': merges,
      'tokenizer.ggml.eos_token_id': 2,
    }),
  )
  const made = tokenizerOf({ metadata, tensors: new Map() }, (what) => {
    throw new Error(what)
  })
  const tokenizer = parseTokenizer(made.tokenizer, made.config, 'the file', 'the file')

  it.each(cases)('$text', ({ text, ids, decoded }) => {
    expect(tokenizer.encode(text)).toEqual(ids)
    // one token more, as an end token at the very end is not shown
    const [extra] = tokenizer.encode('a')
    expect(tokenizer.decode([...ids, extra])).toBe(`${decoded}a`)
  })
})
