/** Tables of people: which column is what, and what is wrong with one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mappingOf } from '../../../src-main/cli/import-mapping.ts'
import { csvLine } from '../../../src-main/contract/csv.ts'
import { type Report, reportSchema } from '../../../src-main/contract/ingest.ts'
import { formatOf, openSource } from '../../../src-main/import/recognise.ts'
import { CsvParser, parseCsv } from '../../../src-main/library/csv.ts'
import { temporaryFolder } from '../../host/support/temporary.ts'

const file = (name: string, text: string) => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, text)
  return path
}
const open = (path: string, map: Record<string, string> = {}, exact = false) =>
  openSource({ path, as: formatOf(path) as 'csv', map, exact })

async function read(path: string, map: Record<string, string> = {}, exact = false) {
  const reports: Report[] = []
  const source = await open(path, map, exact)
  if (source.problem) throw source.problem
  for await (const report of source.reports(() => {})) reports.push(reportSchema.parse(report))
  return reports
}
const of = <K extends Report['kind']>(reports: readonly Report[], kind: K) =>
  reports.filter((report): report is Extract<Report, { kind: K }> => report.kind === kind)
const refusal = (path: string, map: Record<string, string> = {}) =>
  read(path, map).then(
    () => Promise.reject(new Error('it was read')),
    (error: { message: string; hint: string }) => error,
  )

describe('a row for each step', () => {
  const history = () =>
    file(
      'history.csv',
      '\uFEFFglobal_step,mean_reward,eval/accuracy,loss,host,_timestamp\r\n1,0.5,,0.1,a,1700000000\r\n2,nan,,0.2,a,1700000010\r\n3,0.7,0.25,,b,1700000020\r\n',
    )

  test('is guessed by its names, and what was guessed is told', async () => {
    const { table, opening } = await open(history())
    expect(opening).toMatchObject({ title: 'history', startedAt: '2023-11-14T22:13:20.000Z' })
    expect(table!.map).toEqual({
      step: 'global_step',
      time: '_timestamp',
      'metric.reward': 'mean_reward',
      'evaluation.eval_accuracy': 'eval/accuracy',
      'metric.loss': 'loss',
    })
    expect(table!.guessed).toHaveLength(5)
    expect(table!.rows[0]).toEqual(['1', '0.5', '', '0.1', 'a', '1700000000'])
    const reports = await read(history())
    expect(of(reports, 'step').map(({ metrics }) => metrics)).toEqual([
      { reward: 0.5, loss: 0.1 },
      { reward: null, loss: 0.2 },
      { reward: 0.7 },
    ])
    expect(of(reports, 'step')[1].at).toBe('2023-11-14T22:13:30.000Z')
    expect(of(reports, 'evaluation')).toMatchObject([{ step: 3, accuracy: 0.25 }])
  })

  test('is mapped as it is said, and no further where it is to be exact', async () => {
    const { table } = await open(history(), { 'metric.kl': 'loss', 'evaluation.x': '' })
    expect(table!.map['metric.kl']).toBe('loss')
    const exact = await open(history(), { step: 'global_step', 'metric.kl': 'loss' }, true)
    expect(exact.table).toMatchObject({ map: { step: 'global_step', 'metric.kl': 'loss' }, guessed: [] })
  })

  test('may be counted from 0, have several rows a step, semicolons, or objects in objects', async () => {
    const reports = await read(file('a.csv', 'step;reward\n0;1\n0;2\n1;3\n'))
    expect(of(reports, 'step').map(({ step, metrics }) => [step, metrics.reward])).toEqual([
      [1, 2],
      [2, 3],
    ])
    expect(of(reports, 'event')[0].message).toContain('counts its steps from 0')
    const nested = file(
      'b.jsonl',
      '{"step": 1, "data": {"critic/score/mean": NaN, "x": 1}}\n\n{"step": 2, "data": {"critic/score/mean": 1}}\n',
    )
    expect(of(await read(nested), 'step').map(({ metrics }) => metrics)).toEqual([{ x: 1 }, { reward: 1 }])
  })
})

describe('a row for each completion', () => {
  const rows = [
    { step: 1, prompt: [{ role: 'user', content: 'Say "hi"' }], completion: 'hi', accuracy: 1, style: 0.5, tokens: 3 },
    { step: 1, prompt: [{ role: 'user', content: 'Say "hi"' }], completion: 'no', accuracy: 0, style: null, tokens: 5 },
    { step: 1, prompt: 'Other', completion: 'x', accuracy: 1, style: 1, tokens: 4 },
    { step: 2, prompt: 'Other', completion: 'y', accuracy: 1, style: 1, tokens: 4 },
  ]
  const samples = () => file('samples.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''))

  test('makes groups of prompts, rewards of parts, and metrics of both', async () => {
    const reports = await read(samples(), { 'weight.style': '0.5' })
    const groups = of(reports, 'group')
    expect(groups.map(({ step, group, prompt }) => [step, group, prompt])).toEqual([
      [1, 0, 'Say "hi"'],
      [1, 1, 'Other'],
      [2, 0, 'Other'],
    ])
    expect(groups[0].completions.map(({ reward, tokens }) => [reward, tokens])).toEqual([
      [1.25, 3],
      [0, 5],
    ])
    expect(of(reports, 'step')[0].metrics).toMatchObject({
      reward: (1.25 + 0 + 1.5) / 3,
      'rewards/accuracy/mean': 2 / 3,
      'completions/mean_length': 4,
      frac_reward_zero_std: 0.5,
    })
  })

  test('is grouped by a column where one says so', async () => {
    const path = file('g.csv', 'step,uid,prompt,completion,score\n1,a,P,x,1\n1,b,P,y,0\n1,a,P,z,0\n')
    expect(of(await read(path), 'group').map(({ completions }) => completions.map(({ text }) => text))).toEqual([
      ['x', 'z'],
      ['y'],
    ])
  })
})

describe('is refused', () => {
  test.each([
    [
      'a.csv',
      'step,reward\none,1\n',
      {},
      /Line 2 of .*a.csv has a step that is no whole number from 0: "one" in its column "step"/,
      /--map step=COLUMN/,
    ],
    ['a.csv', 'step,reward\n,1\n', {}, /Line 2 .* has no step/, /step=COLUMN/],
    ['a.csv', 'step,reward\n2,1\n1,1\n', {}, /Line 3 of .*a.csv has step 1 after step 2/, /Sort the table/],
    ['a.csv', 'epoch,reward\n1,1\n', {}, /No column of .*a.csv is known to be the step/, /Its columns: epoch, reward/],
    [
      'a.csv',
      'step,reward\n1,1\n',
      { 'metric.reward': 'rewards' },
      /says metric.reward=rewards, and .* has no column "rewards". Did you mean "reward"/,
      /Its columns: step, reward/,
    ],
    [
      'a.csv',
      'step,reward\n1,1\n',
      { stepp: 'step' },
      /names "stepp", which is no field. Did you mean "step"/,
      /Fields: step, time/,
    ],
    ['a.csv', 'step,reward\n1,1\n', { 'weight.a': 'much' }, /weight.a=much, and a weight is a number/, /0.5/],
    ['a.csv', 'step,host\n1,a\n', {}, /Nothing of .* would be read/, /metric.reward=COLUMN/],
    [
      'a.csv',
      'step,loss\n1,1\n2,bad\n',
      { 'metric.loss': 'loss' },
      /Line 3 .* has no number in its column "loss": "bad"/,
      /--map metric.loss=$/,
    ],
    ['a.csv', 'step,time,loss\n1,yesterday,1\n', {}, /has a time that is none: "yesterday"/, /--map time=/],
    ['a.csv', 'step,loss\n1,1,1\n', {}, /Line 2 of .* has 3 fields, and its head names 2/, /quotes/],
    ['a.csv', 'step,step\n1,1\n', {}, /names "step" twice/, /name of its own/],
    ['a.csv', 'step,loss\n1,"1\n', {}, /the quote in the row of line 2 is never closed/, /Close it/],
    ['a.csv', 'step,loss\n', {}, /a.csv has no rows/, /row for each/],
    [
      'a.jsonl',
      '{"step": 1, "loss": 1}\n{"step": 2\n',
      {},
      /Line 2 of .* is no JSON: \{"step": 2/,
      /one object a line/,
    ],
    ['a.jsonl', '[1]\n', {}, /Line 1 of .* is no object/, /one object a line/],
    ['a.parquet', 'nothing of it', {}, /a.parquet is no whole Parquet file/, /cut off/],
    ['a.jsonl', '{"step": 1, "prompt": "p", "completion": "c", "tokens": 1.5}\n', {}, /has 1.5 tokens/, /whole number/],
  ])('%s: %j', async (name, text, map, message, hint) => {
    const error = await refusal(file(name, text), map as Record<string, string>)
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
  })
})

test('a mapping on the command line is FIELD=COLUMN, or a file of them', () => {
  const path = file('mapping.json', '{"step": "epoch", "metric.kl": "a"}')
  expect(mappingOf({ map: ['metric.kl=b=c', 'time='], mapFile: path })).toEqual({
    step: 'epoch',
    'metric.kl': 'b=c',
    time: '',
  })
  expect(() => mappingOf({ map: ['epoch'] })).toThrow('"epoch" maps nothing.')
  expect(() => mappingOf({ mapFile: `${path}.not` })).toThrow('mapping.json.not is no mapping: there is no such file.')
  expect(() => mappingOf({ mapFile: file('list.json', '[1]') })).toThrow(
    'list.json is no mapping: it must be a JSON object',
  )
})

test('CSV in pieces is the same as in one', () => {
  const cell = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', 'é'), maxLength: 6 })
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 3 }), { maxLength: 5 }), fc.nat(40), (rows, at) => {
      const text = rows.map(csvLine).join('')
      const parser = new CsvParser()
      expect([...parser.push(text.slice(0, at)), ...parser.push(text.slice(at)), ...parser.end()]).toEqual(
        parseCsv(text),
      )
    }),
  )
})
