import { describe, expect, it } from 'vitest'
import { knobs, refusal } from '../../../src-main/contract/knobs.ts'
import { gib } from '../../../src-main/host/refusal.ts'
import { bytes, compact, memory, percent, plain, signed, typed } from '../../../src-renderer/format/number.ts'
import { moment, span } from '../../../src-renderer/format/time.ts'
import { positionOf, valueAt } from '../../../src-renderer/pages/live/steer/scale.ts'

describe('numbers as a person reads them', () => {
  it.each([
    [812 * 2 ** 20, '812 MiB'],
    [3.25 * 2 ** 30, '3.25 GiB'],
    [695 * 2 ** 30, '695 GiB'],
    [29.4 * 2 ** 40, '29.4 TiB'],
  ])('memory of %s bytes is %s', (value, text) => {
    expect(memory(value)).toBe(text)
    expect(gib(value)).toBe(text)
  })

  it.each([
    [0, '0'],
    [0.12345, '0.123'],
    [-0.5, '−0.5'],
    [12.345, '12.3'],
    [4999.6, '5000'],
    [12345, '12.3k'],
    [1_500_000, '1.5M'],
    [2e-5, '2e−5'],
    [-7.8e-4, '−7.8e−4'],
    [Number.NaN, '–'],
    [null, '–'],
  ])('%s is %s', (value, text) => {
    expect(compact(value)).toBe(text)
  })

  it('signs advantages, except zero', () => {
    expect([signed(0.97), signed(-1.2), signed(0.001), signed(-0.001)]).toEqual(['+0.97', '−1.20', '0.00', '0.00'])
  })

  it('says shares, sizes and spans with their unit', () => {
    expect([percent(0.8714), percent(null), bytes(9_500_000), bytes(12)]).toEqual(['87.1 %', '–', '9.5 MB', '12 B'])
    expect([span(45), span(190), span(7300), span(200_000), span(null)]).toEqual([
      '45 s',
      '3 m 10 s',
      '2 h 01 m',
      '2 d 7 h',
      '–',
    ])
  })

  it('gives the day only for another day', () => {
    const now = new Date(2026, 2, 4, 12)
    expect(moment(new Date(2026, 2, 4, 9, 5, 7).toISOString(), now)).toMatch(/^09:05:07$/)
    expect(moment(new Date(2026, 2, 3, 9, 5).toISOString(), now)).toMatch(/3/)
    expect(moment('not a time', now)).toBe('not a time')
  })

  it('reads back what it wrote, and what people type', () => {
    for (const value of [0, 1, -10, 0.001, 2e-4, -3e-6, 131072]) expect(typed(plain(value))).toBe(value)
    expect(typed(' 0,5 ')).toBe(0.5)
    expect(typed('2E-4')).toBe(2e-4)
    expect(typed('')).toBeNaN()
    expect(typed('p0.8')).toBeNaN()
  })
})

describe.each(knobs)('the slider of $name', (knob) => {
  it('only ever gives values that the host would take', () => {
    for (let p = 0; p <= 100; p++) expect(refusal(knob.name, valueAt(knob, p / 100))).toBeUndefined()
  })

  it('reaches both ends and comes near any value it is set to', () => {
    expect(valueAt(knob, 0)).toBe(knob.min)
    expect(valueAt(knob, 1)).toBeCloseTo(knob.max, 6)
    const back = valueAt(knob, positionOf(knob, knob.default))
    expect(Math.abs(back - knob.default)).toBeLessThanOrEqual(Math.max(0.05 * Math.abs(knob.default), 0.1))
  })

  it('never falls as it is moved up', () => {
    const values = Array.from({ length: 101 }, (_, p) => valueAt(knob, p / 100))
    expect(values).toEqual([...values].sort((a, b) => a - b))
  })
})
