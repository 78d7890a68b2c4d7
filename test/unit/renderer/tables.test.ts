import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import type { RunSummary } from '../../../src-main/contract/records.ts'
import { type Column, columnsOf, type Row, type TableFormat } from '../../../src-main/contract/table.ts'
import type { Trace } from '../../../src-main/contract/traces.ts'
import { metricsTable } from '../../../src-renderer/text/metrics-table.ts'
import { runColumns, runRow } from '../../../src-renderer/text/runs-table.ts'
import { tableFile } from '../../../src-renderer/text/table-file.ts'
import { traceColumns, traceRow } from '../../../src-renderer/text/traces-table.ts'

async function fileOf(format: TableFormat, columns: Column[], rows: Row[]): Promise<Blob> {
  const file = await tableFile(format, columns)
  for (const row of rows) file.add(row)
  return file.end()
}

async function parquet(columns: Column[], rows: Row[]) {
  const file = await (await fileOf('parquet', columns, rows)).arrayBuffer()
  const { schema } = parquetMetadata(file)
  const types = Object.fromEntries(schema.slice(1).map((s) => [s.name, s.converted_type ?? s.type]))
  return { types, rows: await parquetReadObjects({ file }) }
}

const trace: Trace = {
  ...{ step: 3, group: 0, sample: 1, prompt: '1+1=', answer: '2', kind: 'sum', right: true, found: null },
  ...{ reward: 1.1, advantage: Number.NaN, tokens: 9, finishReason: 'stop' as const, parts: {} },
  ...{ label: { label: 'good', note: 'a, b' }, text: 'say "2"\nand stop \ud800 ‮x' },
}

describe('completions', () => {
  const rows = [traceRow('0001-x', trace), traceRow('0001-x', { ...trace, right: null, label: undefined })]

  test('as comma-separated values keep quotes and line ends within a line each', async () => {
    const text = await (
      await fileOf('csv', traceColumns, [traceRow('0001-x', { ...trace, text: 'say "2"\nand stop' })])
    ).text()
    expect(text.split('\r\n')).toEqual([
      'run,step,group,sample,prompt,answer,kind,right,reward,advantage,tokens,finishReason,language,label,note,parts,sides,text',
      '0001-x,3,0,1,1+1=,2,sum,true,1.1,,9,stop,,good,"a, b",{},,"say ""2""\nand stop"',
      '',
    ])
  })

  test('have the same columns in each format, with types in Parquet', async () => {
    const [line] = (await (await fileOf('jsonl', traceColumns, rows)).text()).split('\n')
    const table = await parquet(traceColumns, rows)
    expect(Object.keys(JSON.parse(line))).toEqual(traceColumns.map(({ name }) => name))
    expect(Object.keys(table.types)).toEqual(traceColumns.map(({ name }) => name))
    expect(table.types).toMatchObject({
      step: 'INT64',
      reward: 'DOUBLE',
      right: 'BOOLEAN',
      text: 'UTF8',
      parts: 'UTF8',
    })
    const whole = { step: 3n, group: 0n, sample: 1n, tokens: 9n }
    expect(table.rows[0]).toEqual({
      ...{ ...rows[0], ...whole, advantage: null, parts: '{}' },
      text: 'say "2"\nand stop \ufffd ‮x',
    })
    expect(table.rows[1]).toMatchObject({ right: null, label: null, note: null, advantage: null })
  })

  test('of many parts come back whole and in order', async () => {
    const many = Array.from({ length: 12_345 }, (_, i) =>
      traceRow('r', { ...trace, step: i, text: `${i} `.repeat(40) }),
    )
    const { rows } = await parquet(traceColumns, many)
    expect(rows).toHaveLength(12_345)
    expect([rows[0].step, rows[5000].step, rows[12_344].step]).toEqual([0n, 5000n, 12_344n])
    const csv = await (await fileOf('csv', traceColumns, many)).text()
    expect(csv.split('\r\n')).toHaveLength(12_347)
  })
})

describe('metrics', () => {
  test('of several runs share their columns; what a run lacks is empty', async () => {
    const { columns, rows } = metricsTable([
      { number: 1, metrics: { steps: [1, 2], seconds: [0.5, 1], series: { reward: [0, 1], kl: [null, 0.25] } } },
      { number: 2, metrics: { steps: [1], seconds: [null], series: { reward: [0.5] } } },
    ])
    const table = await parquet(columns, rows)
    expect(table.types).toEqual({ run: 'INT64', step: 'INT64', seconds: 'DOUBLE', kl: 'DOUBLE', reward: 'DOUBLE' })
    expect(table.rows).toEqual([
      { run: 1n, step: 1n, seconds: 0.5, kl: null, reward: 0 },
      { run: 1n, step: 2n, seconds: 1, kl: 0.25, reward: 1 },
      { run: 2n, step: 1n, seconds: null, kl: null, reward: 0.5 },
    ])
    expect(await (await fileOf('csv', columns, rows)).text()).toContain('\r\n2,1,,,0.5\r\n')
  })
})

describe('the list of runs', () => {
  test('has times as times and tags as a list', async () => {
    const run = {
      number: 7,
      id: '0007-x',
      seed: 4_294_967_295,
      tags: ['a', 'b'],
      createdAt: '2026-01-02T03:04:05.678Z',
      endedAt: null,
    }
    const { rows, types } = await parquet(runColumns, [runRow(run as unknown as RunSummary)])
    expect(types).toMatchObject({ seed: 'INT64', createdAt: 'TIMESTAMP_MILLIS', starred: 'BOOLEAN' })
    expect(rows[0]).toMatchObject({
      seed: 4_294_967_295n,
      tags: '["a","b"]',
      createdAt: new Date('2026-01-02T03:04:05.678Z'),
      endedAt: null,
    })
  })
})

describe('columns of records', () => {
  test('are all that some record has, typed by name and kind', () => {
    expect(
      columnsOf([
        { step: 1, reward: 1, odd: 'x' },
        { reward: null, at: '2026-01-01T00:00:00Z', odd: 3, right: true },
      ]),
    ).toEqual([
      { name: 'step', type: 'integer' },
      { name: 'reward', type: 'number' },
      { name: 'odd', type: 'json' },
      { name: 'at', type: 'time' },
      { name: 'right', type: 'truth' },
    ])
    expect(columnsOf([{ 'a/b': null, endedAt: null, note: null }]).map(({ type }) => type)).toEqual([
      'number',
      'time',
      'text',
    ])
  })
})
