import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { MeasureNews } from '../../src-main/contract/measuring.ts'
import { evaluateOutside, measure } from '../../src-main/host/evaluate.ts'
import { openHost, tinyPolicy } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

const form = { samples: 3, temperature: 1, topP: 1 }
const few = { prompts: 12, form, seed: 0, maxTokens: 24 }
const sums = { task: { sum: 1 }, levels: {} }

describe('a model measured outside any run', () => {
  test('is stored, gives the same again, and compares with itself as equal', async () => {
    const host = openHost()
    const one = await evaluateOutside(host, { subject: tinyPolicy, problems: sums, ...few })
    const again = await evaluateOutside(host, { subject: tinyPolicy, problems: sums, ...few })
    expect([one.name, again.name]).toEqual(['e1', 'e2'])
    expect({ ...again.summary, at: '', seconds: 0 }).toEqual({ ...one.summary, at: '', seconds: 0 })
    expect(one.summary).toMatchObject({ prompts: 12, samplesPerPrompt: 3 })
    expect((await host.ask.evaluationEntries()).map((e) => e.name)).toEqual(['e1', 'e2'])
    const same = await host.ask.comparison('e1', 'e2')
    expect(same).toMatchObject({ prompts: 12, p: 1, gained: [], lost: [] })
    for (const { difference } of same.rows) expect(difference).toEqual({ value: 0, low: 0, high: 0 })
    expect(same.rows.map((row) => row.measure)).toEqual(['pass@1', 'pass@3', 'cons@3', 'tokens', 'reflection words'])

    const half = await evaluateOutside(host, { subject: tinyPolicy, problems: sums, ...few, prompts: 5, seed: 9 })
    expect((await host.ask.comparison('e1', half.name)).prompts).toBe(5)
    const other = { task: { difference: 1 }, levels: {} }
    await evaluateOutside(host, { subject: tinyPolicy, problems: other, ...few, prompts: 5 })
    await expect(host.ask.comparison('e1', 'e4')).rejects.toThrow('have no prompt in common')
    await expect(host.ask.comparison('e1', 'e99')).rejects.toThrow('There is no evaluation "e99".')
  })

  test('on a file with its fields mapped', async () => {
    const file = join(temporaryFolder(), 'own.csv')
    writeFileSync(file, 'q,gold\n1+2=,3\n2+2=,4\n')
    const problems = { file, domain: 'math' as const, map: { prompt: 'q', answer: 'gold' } }
    const told: number[] = []
    const { summary, ...rest } = await evaluateOutside(
      openHost(),
      { subject: tinyPolicy, problems, ...few },
      { onFraction: (fraction) => told.push(fraction) },
    )
    expect(rest).toMatchObject({ problems: file })
    expect(summary.prompts).toBe(2)
    expect(told.length).toBeGreaterThan(0)
  })

  test('tells a window how far it is, then the result; letting go of it keeps nothing', async () => {
    const host = openHost()
    const order = { subject: tinyPolicy, problems: { kinds: ['sum' as const] }, ...few }
    const heard: MeasureNews[] = []
    for await (const news of measure(host, order)) heard.push(news)
    expect(heard.at(-1)).toMatchObject({ done: true, entry: { name: 'e1', problems: 'sum' } })
    expect(heard.slice(0, -1).every((news) => !news.done && news.fraction <= 1)).toBe(true)

    for await (const _ of measure(host, { ...order, prompts: 2000 })) break
    expect((await host.ask.evaluationEntries()).map((e) => e.name)).toEqual(['e1'])
  })

  test('a file is looked into before it is used: its fields, how they are read, and what is wrong', async () => {
    const file = join(temporaryFolder(), 'own.csv')
    writeFileSync(file, 'question,gold,level\n1+2=,3,2\n,4,1\n')
    const look = (map: object) => openHost().job('preview-data', { file, domain: 'math', map })
    expect(await look({ answer: 'gold' })).toEqual({
      fields: ['question', 'gold', 'level'],
      map: { prompt: 'question', answer: 'gold', level: 'level' },
      rows: 2,
      problems: [{ place: 'line 2', prompt: '1+2=', answer: '3', kind: 'data', level: 2 }],
      wrong: 1,
      complaints: [expect.stringContaining('line 3 has a bad prompt')],
    })
    const unmapped = await look({})
    expect(unmapped.map).toEqual({ prompt: 'question', level: 'level' })
    expect(unmapped.problems[0].answer).toBe('')
    await expect(look({ prompt: 'nowhere' })).resolves.toMatchObject({ wrong: 2, problems: [] })
  })

  test('what cannot be measured is refused with the way out', async () => {
    const host = openHost()
    const refused = (order: object) =>
      expect(evaluateOutside(host, { subject: tinyPolicy, problems: sums, ...few, ...order })).rejects
    await refused({ problems: undefined }).toThrow('It is not said on which problems')
    await refused({ subject: 'last' }).toThrow('There is no run "last".')
    await refused({ subject: './nowhere' }).toThrow('There is neither a run nor a model "./nowhere".')
    await refused({ maxTokens: 4096 }).toThrow('more do not fit into the model')
    const file = join(temporaryFolder(), 'none.csv')
    await refused({ problems: { file, domain: 'math' } }).toThrow(`There is no data set ${file}.`)
  })
})
