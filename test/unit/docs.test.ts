/** The documents say what the code says, and point to what is there. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { figureTables, readFigures } from '../../scripts/docs/figures.ts'
import { brokenLinks, headingsOf } from '../../scripts/docs/links.ts'
import { filled, regionsOf, table } from '../../scripts/docs/markdown.ts'
import { shortcutTable } from '../../scripts/docs/shortcuts.ts'
import {
  allTables,
  documents,
  openApiFile,
  openApiText,
  recipeSchemaText,
  root,
  schemaFile,
  sweepSchemaFile,
  sweepSchemaText,
} from '../../scripts/docs-tables.ts'
import { knobs } from '../../src-main/contract/knobs.ts'
import { metrics } from '../../src-main/contract/metrics.ts'
import { recipeSchema } from '../../src-main/contract/recipe.ts'
import { partialSettings } from '../../src-main/contract/settings.ts'

const files = documents().map((path) => [relative(root, path), path] as const)

describe.each(files)('%s', (_, path) => {
  it('has the tables that the code makes now (npm run docs)', async () => {
    const text = readFileSync(path, 'utf8')
    expect(text).toBe(filled(text, await allTables()))
  })

  it('points to what is there', () => {
    expect(brokenLinks(path, root)).toEqual([])
  })

  it('is whole: nothing of a merge was left open', () => {
    expect(readFileSync(path, 'utf8')).not.toMatch(/^(<{7}|>{7}) /m)
  })

  it('has every figure filled in (npm run bench -- --out docs/figures/all.json, then npm run docs)', () => {
    expect(readFileSync(path, 'utf8').match(/FIGURE_[A-Z_]+/g) ?? []).toEqual([])
  })
})

describe.each([
  { kind: 'recipe', file: schemaFile, text: recipeSchemaText, folder: 'resources/recipes' },
  { kind: 'sweep', file: sweepSchemaFile, text: sweepSchemaText, folder: 'resources/sweeps' },
])('the schema of $kind files', ({ file: schemaFile, text, folder: of }) => {
  it('is what the code makes now (npm run docs)', () => {
    expect(readFileSync(schemaFile, 'utf8')).toBe(text())
  })

  it('is named by those that come along', () => {
    const folder = join(root, of)
    for (const file of readdirSync(folder)) {
      const { $schema } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { $schema: string }
      expect(join(folder, $schema)).toBe(schemaFile)
    }
  })
})

describe('the description of the ingest API', () => {
  it('is what the schemas say now (npm run docs)', () => {
    expect(readFileSync(openApiFile, 'utf8')).toBe(openApiText())
  })
})

describe('the page on the embedded model', () => {
  it('tells the hash of the weights that are shipped', () => {
    const weights = readFileSync(join(root, 'resources/model/model.safetensors'))
    const hash = createHash('sha256').update(weights).digest('hex')
    expect(readFileSync(join(root, 'docs/embedded-model.md'), 'utf8')).toContain(hash)
  })
})

describe('the tables', () => {
  it('are all used somewhere', async () => {
    const used = new Set(files.flatMap(([, path]) => regionsOf(readFileSync(path, 'utf8'))))
    expect([...used].sort()).toEqual(Object.keys(await allTables()).sort())
  })

  it('name every setting, knob, field and metric', async () => {
    const all = await allTables()
    for (const name of Object.keys(partialSettings.shape)) expect(all.settings + all.choices).toContain(`\`${name}\``)
    for (const { name } of knobs) expect(all.knobs).toContain(`\`${name}\``)
    for (const name of Object.keys(recipeSchema.shape)) expect(all['recipe-fields']).toContain(`\`${name}\``)
    for (const name of Object.keys(metrics)) expect(all.metrics).toContain(`\`${name}\``)
  })

  it('keep a bar inside a cell from ending it', () => {
    expect(table(['a'], [['x | y']])).toBe('| a |\n| --- |\n| x \\| y |')
  })

  it('replace what stood in their region, and nothing else', () => {
    const text = 'before\n<!-- table:a -->\nold\n<!-- /table -->\nafter'
    const once = filled(text, { a: 'new' })
    expect(once).toBe('before\n<!-- table:a -->\n\nnew\n\n<!-- /table -->\nafter')
    expect(filled(once, { a: 'new' })).toBe(once)
  })

  it('refuse a name that nobody makes', () => {
    expect(() => filled('<!-- table:b -->\n<!-- /table -->', { a: '' })).toThrow('There is no table "b". Tables: a.')
  })
})

describe('figures', () => {
  const machine = { cpu: 'A processor', cores: 2, memoryGiB: 8 }
  const evaluation = (accuracy: number) => ({
    prompts: 1024,
    accuracy,
    accuracyLow: accuracy - 0.02,
    accuracyHigh: accuracy + 0.02,
    formatRate: 0.9,
    meanLength: 100 * accuracy,
    reflections: 2 * accuracy,
    clippedRatio: 0.01,
    byKind: { sum: { accuracy } },
  })
  const run = (seed: number, before: number, after: number) => ({
    seed,
    backend: 'tensorflow',
    steps: 10,
    minutes: 5 + seed,
    secondsPerStep: 1.5,
    rolloutSeconds: 1,
    updateSeconds: 0.5,
    tokensPerSecond: 4000,
    before: evaluation(before),
    after: evaluation(after),
    evaluations: [
      { step: 0, prompts: 1024, accuracy: before, length: 20, wait: 0.1, cut: 0 },
      { step: 10, prompts: 1024, accuracy: after, length: 60, wait: 1.5, cut: 0.01 },
    ],
  })
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'grpo-docs-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('are placeholders while nothing is measured', () => {
    expect(readFigures(folder)).toBeNull()
    expect(figureTables(null).figures).toContain('FIGURE_ACCURACY_AFTER')
  })

  it('give mean, least and greatest over the seeds', () => {
    const tables = figureTables({
      at: '2026-01-02T03:04:05Z',
      machine,
      learning: { runs: [run(0, 0.1, 0.9), run(1, 0.2, 0.92)] },
    })
    expect(tables.figures).toContain('15.0 % (10.0 % to 20.0 %) → **91.0 % (90.0 % to 92.0 %)**')
    expect(tables['results-learning']).toContain('| 1 | 20.0 % | 92.0 % (90.0 % to 94.0 %) | 1024 |')
    expect(tables['results-course']).toContain('| 10 | 91.0 % (90.0 % to 92.0 %) | 60.0 | 1.50 | 1.0 % | 1024 |')
    expect(tables['results-machine']).toContain('| A processor | 2 | 8 GiB | tensorflow | 0, 1 | 2026-01-02 |')
  })

  it('say which part was not measured', () => {
    const tables = figureTables({ at: '2026-01-02T03:04:05Z', machine, learning: { runs: [run(0, 0.1, 0.9)] } })
    expect(tables['results-steering']).toContain('not measured')
    expect(Object.values(tables).join()).not.toContain('FIGURE_')
  })

  it('come from the newest file that has the part', () => {
    const write = (name: string, value: object) => writeFileSync(join(folder, name), JSON.stringify(value))
    write('b.json', { at: '2026-01-01T00:00:00Z', machine, window: { interactionsOver16Milliseconds: 3, max: 90 } })
    write('a.json', { at: '2026-01-02T00:00:00Z', machine, window: { interactionsOver16Milliseconds: 2, max: 40 } })
    write('c.json', { at: '2026-01-03T00:00:00Z', machine, learning: { runs: [run(0, 0.1, 0.9)] } })
    expect(readFigures(folder)).toMatchObject({ window: { max: 40 }, learning: { runs: [{ seed: 0 }] } })
  })
})

describe('shortcuts', () => {
  it('that hold on every page are of one action alone', async () => {
    const rows = (await shortcutTable()).split('\n').slice(2)
    const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()))
    const keysOf = (group: string) => cells.filter((cell) => cell[3] === group).flatMap((cell) => cell[1].split(' or '))
    const everywhere = [...keysOf('Go to'), ...keysOf('Window')]
    expect(everywhere.length).toBeGreaterThan(15)
    const all = cells.flatMap((cell) => cell[1].split(' or '))
    expect(everywhere.filter((keys) => all.filter((others) => others === keys).length > 1)).toEqual([])
  })
})

describe('links', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'grpo-docs-'))
    mkdirSync(join(folder, 'docs'))
    writeFileSync(join(folder, 'docs', 'there.md'), '# A heading, here\n\n## Twice\n\n## Twice\n')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function problems(text: string): string[] {
    writeFileSync(join(folder, 'README.md'), text)
    return brokenLinks(join(folder, 'README.md'), folder)
  }

  it('to files and headings that are there are well', () => {
    expect(problems('[a](docs/there.md) [b](docs/there.md#a-heading-here) <img src="docs/there.md">')).toEqual([])
    expect(problems('[c](https://example.org/nowhere) `docs/there.md` `src-main/<name>.ts`')).toEqual([])
    expect(headingsOf('# Twice\n## Twice')).toEqual(['twice', 'twice-1'])
  })

  it.each([
    ['[a](docs/gone.md)', 'README.md: docs/gone.md leads nowhere'],
    ['![a](docs/gone.png "title")', 'README.md: docs/gone.png leads nowhere'],
    ['<img alt="a" src="docs/gone.png">', 'README.md: docs/gone.png leads nowhere'],
    ['[a]: docs/gone.md', 'README.md: docs/gone.md leads nowhere'],
    ['[a](docs/there.md#gone)', 'README.md: docs/there.md#gone: docs/there.md has no heading "gone"'],
    ['[a](../above.md)', 'README.md: ../above.md leads out of the repository'],
    ['[a](out/renderer/index.html)', 'README.md: out/renderer/index.html leads to what is not kept in the repository'],
    ['see `src-main/engine/gone.ts`', 'README.md: src-main/engine/gone.ts is not there'],
  ])('%s is found out', (text, problem) => {
    expect(problems(text)).toEqual([problem])
  })

  it('in code are left alone', () => {
    expect(problems('```\n[a](docs/gone.md)\n```\n`[a](docs/gone.md)`')).toEqual([])
  })
})
