import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { catalogue, sentences } from '../../scripts/messages.ts'

const window = fileURLToPath(new URL('../../src-renderer', import.meta.url))
const [english, chinese] = [catalogue('en'), catalogue('zh')]
const said = sentences()

const placeholders = (sentence: string) => [...new Set(sentence.match(/\{\{\w+\}\}|<\/?\w+\/?>/g) ?? [])].toSorted()

describe('the catalogue', () => {
  it('has Chinese for every sentence of the window', () => {
    expect(said.filter((sentence) => !chinese[sentence])).toEqual([])
  })

  it('has no sentence that the window does not say', () => {
    expect(Object.keys(chinese).filter((sentence) => !said.includes(sentence))).toEqual([])
    const plurals = Object.keys(english).map((sentence) => sentence.replace(/_one$/, ''))
    expect(plurals.filter((sentence) => !said.includes(sentence))).toEqual([])
  })

  it('keeps what is put into a sentence, and what is marked in it', () => {
    for (const [sentence, translated] of Object.entries(chinese))
      expect(placeholders(translated), sentence).toEqual(placeholders(sentence))
    // one of a thing may need less said
    for (const [sentence, singular] of Object.entries(english))
      for (const part of placeholders(singular)) expect(placeholders(sentence), sentence).toContain(part)
  })

  it('has a singular for what counts one noun', () => {
    const counting = said.filter((sentence) => /^\{\{count\}\} [a-z]+s$/.test(sentence))
    expect(counting.filter((sentence) => !(`${sentence}_one` in english))).toEqual([])
  })
})

/** Text between tags, and attributes that are read, with letters in them and outside the catalogue. */
function bare(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const read = /^(label|title|aria-label|placeholder|description|alt|about|hint)$/
  const visit = (node: ts.Node): void => {
    // what an entity stands for is no word
    if (ts.isJsxText(node) && /\p{L}{2,}/u.test(node.text.replace(/&\w+;/g, ''))) found.push(node.text.trim())
    if (
      ts.isJsxAttribute(node) &&
      read.test(node.name.getText()) &&
      node.initializer &&
      ts.isStringLiteral(node.initializer)
    )
      if (/\p{L}{2,}/u.test(node.initializer.text)) found.push(node.initializer.text)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found.map((text) => `${relative(window, file)}: ${text}`)
}

function components(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? components(path) : entry.name.endsWith('.tsx') ? [path] : []
  })
}

describe('the window', () => {
  it('says nothing that is not from the catalogue', () => {
    expect(components(window).flatMap(bare)).toEqual([])
  })
})
