import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StudioError } from '../../src-main/contract/errors.ts'
import { readTokenizer } from '../../src-main/engine/model/tokenizer.ts'

const embedded = join(import.meta.dirname, '../../resources/model')
const tokenizer = readTokenizer(join(embedded, 'tokenizer.json'))
const words = ['<think>', '</think>', '<answer>', '</answer>', 'wait', 'hmm', 'guess', 'easy', 'so', 'ok']
const vocabulary = ['<pad>', '<bos>', '<eos>', ...words, ...'0123456789+-*=,:;.?']

describe('the embedded tokenizer', () => {
  it('has a token for each word, digit and sign, and no other', () => {
    expect(tokenizer.size).toBe(vocabulary.length)
    expect(vocabulary.map((text) => tokenizer.encode(text))).toEqual(vocabulary.map((_, id) => [id]))
    expect(tokenizer).toMatchObject({ padId: 0, bosId: 1, eosId: 2 })
  })

  it('cuts text into its words', () => {
    const text = '<think>75+7=82wait5+7=12:82;so</think><answer>82</answer>'
    const tokens = tokenizer.encode(text).map((id) => vocabulary[id])
    expect(tokens.join(' ')).toBe('<think> 7 5 + 7 = 8 2 wait 5 + 7 = 1 2 : 8 2 ; so </think> <answer> 8 2 </answer>')
  })

  it('gives any sequence of its tokens back, unchanged', () => {
    const ids = fc.array(fc.integer({ min: 3, max: vocabulary.length - 1 }), { maxLength: 60 })
    fc.assert(
      fc.property(ids, (list) => {
        const text = tokenizer.decode(list)
        expect(text).toBe(list.map((id) => vocabulary[id]).join(''))
        expect(tokenizer.encode(text)).toEqual(list)
      }),
    )
  })

  it('leaves the end token of a completion out, and shows special tokens in its middle', () => {
    expect(tokenizer.decode([14, 15, 2])).toBe('12')
    expect(tokenizer.decode([14, 0, 15, 2])).toBe('1<pad>2')
    expect(tokenizer.decode([2])).toBe('')
    expect(tokenizer.decode([])).toBe('')
    expect(tokenizer.decode(Int32Array.of(14, 15))).toBe('12')
  })

  it('refuses an id that it does not have', () => {
    expect(() => tokenizer.decode([3, 32])).toThrow('There is no token with id 32; ids are below 32.')
    expect(() => tokenizer.decode([-1])).toThrow(RangeError)
  })

  it.each([
    ['12 x', '" x"', 3],
    ['7+8=hello', '"hello"', 5],
    ['waits', '"s"', 5],
    ['½', '"½"', 1],
    ['1\n', '"\\n"', 2],
  ])('refuses %j, quoting the piece and its place', (text, piece, at) => {
    expect(() => tokenizer.encode(text)).toThrow(`The model has no token for ${piece} (character ${at} of the text).`)
    try {
      tokenizer.encode(text)
    } catch (error) {
      expect((error as StudioError).code).toBe('bad-request')
      expect((error as StudioError).hint).toContain('wait hmm guess')
    }
  })
})

describe('a damaged tokenizer', () => {
  let folder: string
  const file = (name: string) => join(folder, name)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tokenizer-'))
    for (const name of ['tokenizer.json', 'tokenizer_config.json']) copyFileSync(join(embedded, name), file(name))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const refusal = () => {
    try {
      readTokenizer(file('tokenizer.json'))
    } catch (error) {
      expect(error).toBeInstanceOf(StudioError)
      expect((error as StudioError).code).toBe('bad-model')
      return (error as StudioError).message
    }
    throw new Error('was not refused')
  }

  it('is refused by name: missing, not JSON, no object, another format', () => {
    const path = file('tokenizer.json')
    writeFileSync(path, '{"model":')
    expect(refusal()).toContain(`${path} is not JSON`)
    writeFileSync(path, '[]')
    expect(refusal()).toBe(`${path} holds no JSON object.`)
    writeFileSync(path, '{}')
    expect(refusal()).toContain(`${path} is no tokenizer that can be used`)
    rmSync(path)
    expect(refusal()).toBe(`${path} does not exist.`)
  })

  it('is refused without an end token, or with one that is not in the vocabulary', () => {
    writeFileSync(file('tokenizer_config.json'), '{}')
    expect(refusal()).toBe(`${file('tokenizer_config.json')} names no eos_token.`)
    writeFileSync(file('tokenizer_config.json'), '{"eos_token":"</s>"}')
    expect(refusal()).toContain(`names "</s>" as eos_token, which ${file('tokenizer.json')} does not have`)
  })

  it('takes a special token as an object too, and pads with the end token where there is no other', () => {
    writeFileSync(file('tokenizer_config.json'), '{"eos_token":{"content":"<eos>"}}')
    expect(readTokenizer(file('tokenizer.json'))).toMatchObject({ eosId: 2, padId: 2, bosId: null })
  })
})
