import type { CustomSeriesRenderItem, CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { divergingScale, palettes } from '../../../src-renderer/app/palette.ts'
import { abscissaOf, spanOf, tickLabel, ticksOf } from '../../../src-renderer/charts/abscissa.ts'
import { courseOf } from '../../../src-renderer/charts/course.ts'
import { frameFor, shareOf, stepAt, zoomed } from '../../../src-renderer/charts/frame.ts'
import { metricOption } from '../../../src-renderer/charts/metricOption.ts'
import { firstOfEach, type HeldOutPoint, panelsOf, toldPanels } from '../../../src-renderer/charts/panels.ts'
import {
  broken,
  holesOf,
  type Point,
  piecesOf,
  pointsOf,
  roundEnd,
  smoothed,
  thinned,
  tickInterval,
  tickSteps,
  within,
} from '../../../src-renderer/charts/series.ts'
import { valuesCsv } from '../../../src-renderer/charts/values.ts'

describe('series', () => {
  it('thinned keeps the highest and the lowest value: no spike is hidden', () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 3000 })
    fc.assert(
      fc.property(values, fc.integer({ min: 4, max: 400 }), (list, most) => {
        const points = list.map((v, i): Point => [i, v])
        const kept = thinned(points, most)
        expect(kept.length).toBeLessThanOrEqual(Math.max(points.length <= most ? most : 0, most + 2))
        const ys = kept.map((p) => p[1])
        expect(Math.max(...ys)).toBe(Math.max(...list))
        expect(Math.min(...ys)).toBe(Math.min(...list))
        expect(kept.map((p) => p[0])).toEqual([...kept.map((p) => p[0])].sort((a, b) => a - b))
      }),
    )
  })

  it('no line is drawn over a stage that has no such values, and one is over a value that is missing now and then', () => {
    const steps = [1, 2, 3, 5, 6, 7, 60, 61, 62, 140, 141]
    const points = steps.map((step): Point => [step, step])
    expect(holesOf(points)).toEqual([7, 62])
    const drawn = broken(points, [7, 62])
    expect(drawn.flatMap(([x, y], i) => (y === null ? [[drawn[i - 1][0], x, drawn[i + 1][0]]] : []))).toEqual([
      [7, 7, 60],
      [62, 62, 140],
    ])
    expect(drawn.filter(([, y]) => y !== null)).toEqual(points)
    // thinned, cut to a range, or with nothing beyond the hole
    const some = points.filter(([x]) => [1, 6, 61, 141].includes(x))
    expect(broken(some, [7, 62]).map(([x, y]) => (y === null ? `${x}|` : String(x)))).toEqual([
      '1',
      '6',
      '6|',
      '61',
      '61|',
      '141',
    ])
    expect(broken(points.slice(0, 5), [7, 62])).toEqual(points.slice(0, 5))
    expect(broken(points.slice(7, 9), [7, 62])).toEqual(points.slice(7, 9))
    expect(broken([], [7])).toEqual([])
    expect(holesOf(points.map(([, y]): Point => [3, y]))).toEqual([])
    expect(holesOf([[1, 1]])).toEqual([])
    expect(piecesOf(points, [7, 62]).map((piece) => piece.map(([x]) => x))).toEqual([
      [1, 2, 3, 5, 6, 7],
      [60, 61, 62],
      [140, 141],
    ])
    expect(piecesOf([], [7])).toEqual([])
  })

  it('a range keeps one neighbour on either side, and skips what is missing', () => {
    const points = pointsOf([1, 2, 3, 4, 5, 6], [1, 2, null, 4, 5, 6])
    expect(within(points, [7, 9])).toEqual([[6, 6]])
    expect(within(points, [-3, 0])).toEqual([[1, 1]])
    expect(within([], [0, 9])).toEqual([])
    expect(within(points, [3, 4])).toEqual([
      [2, 2],
      [4, 4],
      [5, 5],
    ])
  })

  it('an average of equal values is that value from the first step on', () => {
    const flat = Array.from({ length: 30 }, (_, i): Point => [i, 0.7])
    for (const [, value] of smoothed(flat)) expect(value).toBeCloseTo(0.7, 12)
  })

  it('the axis ends at a round number past the newest step, within the plan', () => {
    expect(roundEnd(0, 170)).toBe(10)
    expect(roundEnd(9, 170)).toBe(10)
    expect(roundEnd(10, 170)).toBe(20)
    expect(roundEnd(155, 170)).toBe(170)
    expect(roundEnd(170, 170)).toBe(170)
    expect(roundEnd(10_399, 10_400)).toBe(10_400)
    expect(roundEnd(200, 170)).toBeGreaterThan(200)
  })

  it('labels are few, on whole steps, and on the end where it is round', () => {
    for (let end = 10; end < 20_000; end += 37) {
      const interval = tickInterval([0, end])
      expect(Number.isInteger(interval)).toBe(true)
      expect(end / interval).toBeGreaterThanOrEqual(2)
      expect(end / interval).toBeLessThanOrEqual(5.01)
    }
    expect(tickInterval([0, 120])).toBe(30)
    expect(tickInterval([0, 150])).toBe(30)
    expect(tickInterval([0, 10])).toBe(2)
    expect(tickSteps([33.4, 55.2])).toEqual([35, 40, 45, 50, 55])
  })
})

describe('where a step lies in a chart', () => {
  it('pixel and step agree', () => {
    const frame = frameFor(16)
    const width = 300
    for (const step of [0, 17, 60, 120]) {
      const x = frame.left + shareOf(step, [0, 120]) * (width - frame.left - frame.right)
      expect(stepAt(x, width, frame, [0, 120])).toBeCloseTo(step, 9)
    }
  })

  it('zooming keeps the step under the pointer, stays within the run, and ends by showing all', () => {
    const near = zoomed([0, 100], 50, 0.5, [0, 100])
    expect(near).toEqual([25, 75])
    expect(zoomed([90, 100], 100, 2, [0, 100])).toEqual([80, 100])
    expect(zoomed([25, 75], 50, 3, [0, 100])).toBeNull()
    expect(zoomed([50, 54], 52, 0.1, [0, 100])).toEqual([50, 54])
  })
})

describe.each(['dark', 'light'] as const)('the scale of advantages, %s', (scheme) => {
  const lightness = (color: string) => {
    const [r, g, b] = (color.match(/\d+/g) ?? []).map(Number)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }

  it('is centred on zero and clamped at its ends', () => {
    const color = divergingScale(palettes[scheme], 2)
    expect(color(5)).toBe(color(2))
    expect(color(-5)).toBe(color(-2))
    expect(color(0)).not.toBe(color(0.5))
  })

  it('moves away from the middle in lightness on both sides, so that it reads without hue', () => {
    const color = divergingScale(palettes[scheme], 2)
    const away = (value: number) => Math.abs(lightness(color(value)) - lightness(color(0)))
    for (const sign of [1, -1])
      for (let v = 0.25; v <= 2; v += 0.25) expect(away(sign * v)).toBeGreaterThan(away(sign * (v - 0.25)))
  })
})

describe('files of charts', () => {
  const columns = { steps: [1, 2, 3], seconds: [1, null, 3.5], series: { kl: [0, 0.5, null] } }

  it('values are every step, with the held-out points in their steps', () => {
    const csv = valuesCsv(columns, ['kl', 'missing'], [{ step: 0, value: 0.25, low: 0.2, high: 0.3 }])
    expect(csv.split('\r\n')).toEqual([
      'step,seconds,kl,missing,held_out,held_out_low,held_out_high',
      '0,,,,0.25,0.2,0.3',
      '1,1,0,,,,',
      '2,,0.5,,,,',
      '3,3.5,,,,,',
      '',
    ])
    expect(valuesCsv(columns, ['kl']).split('\r\n')[0]).toBe('step,seconds,kl')
  })

  const drawn = (log: boolean, values: (number | null)[], heldOut: HeldOutPoint[] = [], which = 'kl') => {
    const panel = panelsOf(['accuracy']).find(({ id }) => id === which)!
    const frame = frameFor(16)
    return metricOption({
      over: 'steps',
      growing: false,
      panel: { ...panel, heldOut: () => ({ step: 0, value: 0 }) },
      columns: { ...columns, series: { kl: values } },
      ...{ heldOut, abandoned: [], beside: [], bound: [], marks: [], range: [0, 3], zoomed: false, smooth: false, log },
      ...{ palette: palettes.dark, frame, width: 400 },
    }) as { yAxis: { type: string; min: number | null }; series: { id: string; data: number[][] }[] }
  }
  const dataOf = (option: ReturnType<typeof drawn>, id: string) => option.series.find((s) => s.id === id)?.data

  it('by powers of ten, what has no logarithm is left out', () => {
    const option = drawn(true, [0, 0.5, -1], [{ step: 1, value: 0 }])
    expect(option.yAxis).toMatchObject({ type: 'log', min: null })
    expect(dataOf(option, 'raw')).toEqual([[2, 0.5]])
    expect(dataOf(option, 'held-out')).toEqual([])
  })

  it('what differs by rounding alone is drawn as the flat line that it is', () => {
    type Bound = (seen: { min: number; max: number }) => number | null
    const { yAxis } = drawn(false, [0.2, 0.2], [], 'loss')
    const { min, max } = yAxis as unknown as { min: Bound; max: Bound }
    const rounding = { min: 0.2, max: 0.2 + 2 ** -54 }
    expect(rounding.max).toBeGreaterThan(rounding.min)
    expect(min(rounding)).toBeCloseTo(0.1, 12)
    expect(max(rounding)).toBeCloseTo(0.3, 12)
    expect([min({ min: 0.2, max: 0.21 }), max({ min: 0.2, max: 0.21 })]).toEqual([null, null])
  })

  it('the band of the spread ends where its line does, and a piece of it begins on the other side', () => {
    const steps = [1, 2, 3, 60, 61, 62, 140]
    const panel = panelsOf(['accuracy']).find(({ id }) => id === 'reward')!
    const { series } = metricOption({
      ...{ over: 'steps', growing: false, zoomed: false, smooth: true, log: false, range: [0, 150] },
      ...{ panel, palette: palettes.dark, frame: frameFor(16), width: 400 },
      columns: { steps, seconds: [], series: { reward: steps.map(() => 1), reward_std: steps.map(() => 0.25) } },
      ...{ heldOut: [], abandoned: [], beside: [], bound: [], marks: [] },
    }) as unknown as { series: { id: string; data: Point[]; renderItem: CustomSeriesRenderItem }[] }
    const band = series.find(({ id }) => id === 'spread')!
    const api = { coord: (point: Point) => point } as unknown as CustomSeriesRenderItemAPI
    const drawn = band.data.map((_, dataIndex) => {
      const item = band.renderItem({ dataIndex } as CustomSeriesRenderItemParams, api)
      return (item as unknown as { shape: { points: Point[] } }).shape.points
    })
    // a single step beyond the second hole has no width
    expect(drawn.map((points) => points.map(([x]) => x))).toEqual([
      [1, 2, 3, 3, 2, 1],
      [60, 61, 62, 62, 61, 60],
    ])
    for (const [, y] of drawn.flat()) expect(Math.abs(y - 1)).toBeCloseTo(0.25, 9)
  })

  it('where nothing is above zero the heights stay as they are', () => {
    const option = drawn(true, [0, -0.5, -1])
    expect(option.yAxis.type).toBe('value')
    expect(dataOf(option, 'raw')).toHaveLength(3)
  })
})

describe('what charts run over', () => {
  const columns = {
    steps: [1, 2, 3, 4],
    seconds: [10, 20, null, 40],
    series: { num_tokens: [100, 300, 300, 900], reward: [0, 1, 2, 3] },
  }

  it('leads steps into seconds or tokens and back, between stored ones by proportion and beyond them at the mean pace', () => {
    const time = abscissaOf('time', columns)
    expect(time.xs).toEqual([10, 20, 20, 40])
    expect([0, 1, 1.5, 4, 8].map(time.toX)).toEqual([0, 10, 15, 40, 80])
    expect([0, 10, 15, 30, 80].map(time.toStep)).toEqual([0, 1, 1.5, 3.5, 8])
    const tokens = abscissaOf('tokens', columns)
    expect([0.5, 2, 3.5].map(tokens.toX)).toEqual([50, 300, 600])
    expect(tokens.toStep(600)).toBe(3.5)
    expect(abscissaOf('steps', columns).toX(7)).toBe(7)
  })

  it('is the same object until the run has grown', () => {
    const first = abscissaOf('time', columns)
    expect(abscissaOf('time', columns)).toBe(first)
    const grown = { ...columns, steps: [...columns.steps] }
    abscissaOf('time', grown)
    grown.steps.push(5)
    grown.seconds = [...columns.seconds, 50]
    expect(abscissaOf('time', grown).xs.at(-1)).toBe(50)
  })

  it('of a run without steps leads nowhere, and of one without token counts to nothing', () => {
    const nothing = abscissaOf('time', { steps: [], seconds: [], series: {} })
    expect(spanOf(nothing, [0, 10], true)).toEqual([0, 10])
    const without = abscissaOf('tokens', { ...columns, series: {} })
    expect(without.xs).toEqual([0, 0, 0, 0])
    expect(Number.isFinite(without.toStep(5))).toBe(true)
  })

  it('spans whole runs: one that goes has a round end ahead of it, one that ended fills its chart', () => {
    const time = abscissaOf('time', columns)
    expect(spanOf(time, [0, 10], true)).toEqual([0, 60])
    expect(spanOf(time, [0, 4], false)).toEqual([0, 40])
    expect(spanOf(time, [1, 3.5], false)).toEqual([10, 30])
  })

  it('has round labels', () => {
    expect(ticksOf('time', [0, 240])).toEqual([0, 60, 120, 180, 240])
    expect(ticksOf('time', [0, 7200]).map((x) => tickLabel('time', x))).toEqual(['0', '30 m', '1 h', '1 h 30', '2 h'])
    expect([30, 90, 600].map((x) => tickLabel('time', x))).toEqual(['30 s', '1:30', '10 m'])
    expect(ticksOf('tokens', [0, 40_000]).map((x) => tickLabel('tokens', x))).toEqual(['0', '10k', '20k', '30k', '40k'])
  })
})

describe('the course of a metric', () => {
  it('is worked out anew only when it has grown, was cut, or runs over something else', () => {
    const values: (number | null)[] = [1, null, 3]
    const first = courseOf([1, 2, 3], values)
    expect(first.points).toEqual([
      [1, 1],
      [3, 3],
    ])
    expect(first.average).toEqual(smoothed(first.points))
    expect(courseOf([1, 2, 3], values)).toBe(first)
    expect(courseOf([10, 20, 30], values).points[0]).toEqual([10, 1])
    values[2] = 5
    expect(courseOf([10, 20, 30], values).points[1]).toEqual([30, 5])
    values.push(7)
    expect(courseOf([10, 20, 30, 40], values).points).toHaveLength(3)
  })
})

describe('the charts of several runs', () => {
  it('keep what is measured on held-out problems, whoever trained', () => {
    const both = firstOfEach([...panelsOf(['accuracy']), ...toldPanels(['rewards/accuracy/mean', 'rewards/mine/mean'])])
    expect(both.filter(({ metric }) => metric === 'rewards/accuracy/mean')).toHaveLength(1)
    expect(both.find(({ metric }) => metric === 'rewards/accuracy/mean')?.heldOut).toBeDefined()
    expect(both.map(({ metric }) => metric)).toContain('rewards/mine/mean')
  })
})
