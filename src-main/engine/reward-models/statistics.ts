/** Statistics of small samples: intervals, correlation, the area under the ROC curve. */
import type { Estimate } from '../../contract/reward-models.ts'
import { wilson } from '../../contract/wilson.ts'
import type { Random } from '../random.ts'

export function share(right: number, n: number): Estimate {
  const [low, high] = wilson(right, n)
  return { value: right / n, low, high }
}

/** Pearson's; 0 where one of the two does not vary. */
export function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (v: readonly number[]) => v.reduce((sum, a) => sum + a, 0) / v.length
  const [mx, my] = [mean(x), mean(y)]
  let [xx, yy, xy] = [0, 0, 0]
  x.forEach((a, i) => {
    xx += (a - mx) ** 2
    yy += (y[i] - my) ** 2
    xy += (a - mx) * (y[i] - my)
  })
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy)
}

/** Chance that a good one's score is above a bad one's, ties half (Mann & Whitney 1947); ½ where one of the two is missing. */
export function rankingOf(good: readonly number[], bad: readonly number[]): number {
  if (good.length === 0 || bad.length === 0) return 0.5
  const all = [...good.map((score) => ({ score, good: true })), ...bad.map((score) => ({ score, good: false }))].sort(
    (a, b) => a.score - b.score,
  )
  let [below, wins] = [0, 0]
  for (let from = 0; from < all.length; ) {
    let to = from
    while (to < all.length && all[to].score === all[from].score) to++
    const tied = all.slice(from, to)
    const goodOnes = tied.filter((one) => one.good).length
    const badOnes = tied.length - goodOnes
    wins += goodOnes * (below + badOnes / 2)
    below += badOnes
    from = to
  }
  return wins / (good.length * bad.length)
}

/** A statistic of items with its 95 % interval by percentiles of so many resamplings with replacement (Efron 1979). */
export function bootstrap<T>(
  items: readonly T[],
  random: Random,
  statistic: (items: T[]) => number,
  times = 1000,
): Estimate {
  const drawn = Array.from({ length: times }, () =>
    statistic(Array.from(items, () => items[random.integer(items.length)])),
  ).sort((a, b) => a - b)
  const at = (q: number) => drawn[Math.min(times - 1, Math.floor(q * times))]
  return { value: statistic([...items]), low: at(0.025), high: at(0.975) }
}
