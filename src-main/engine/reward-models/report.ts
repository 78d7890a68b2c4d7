/** What a reward model was worth on texts that it was not trained on: accuracy, calibration, and how far it follows length. */
import type { Estimate, RewardModelReport } from '../../contract/reward-models.ts'
import { type Random, randomAt } from '../random.ts'
import { sigmoid, softplus } from './losses.ts'
import { bootstrap, correlation, rankingOf, share } from './statistics.ts'

export interface Judged {
  score: number
  /** Of the judged text. */
  tokens: number
}

/** Of a pair the preferred answer comes first. */
export type JudgedPair = readonly [Judged, Judged]
export type JudgedOutput = Judged & { safe: boolean }

const MOST_POINTS = 400

export function reportOnPairs(pairs: readonly JudgedPair[], seed: number): RewardModelReport {
  const random = randomAt(seed, 'report')
  const won = ([good, bad]: JudgedPair) => good.score > bad.score
  const accuracy = share(pairs.filter(won).length, pairs.length)
  const shorter = pairs.filter(([good, bad]) => good.tokens < bad.tokens)
  const longer = pairs.filter(([good, bad]) => good.tokens > bad.tokens)
  const texts = pairs.flatMap(([good, bad]) => [
    { ...good, good: true },
    { ...bad, good: false },
  ])
  const over = (some: JudgedPair[]) => some.filter(won).length / some.length
  return {
    items: pairs.length,
    accuracy,
    ranking: accuracy,
    loss: mean(pairs.map(([good, bad]) => softplus(bad.score - good.score))),
    // a pair has no order of its own: what counts is how sure the model is, and how often it is right then
    calibration: calibrationOf(
      pairs.map((pair) => {
        const sure = sigmoid(Math.abs(pair[0].score - pair[1].score))
        return { predicted: sure, happened: won(pair) }
      }),
      0.5,
    ),
    length: {
      correlation: correlationOf(texts, random),
      longerWins: (longer.length + (pairs.length - longer.length - shorter.length) / 2) / pairs.length,
      shorterPreferred: part(shorter.filter(won).length, shorter.length),
      longerPreferred: part(longer.filter(won).length, longer.length),
      withoutLength: meanOfBoth(shorter, longer, random, over),
    },
    points: sample(texts, random),
  }
}

export function reportOnOutputs(outputs: readonly JudgedOutput[], seed: number): RewardModelReport {
  const random = randomAt(seed, 'report')
  const ranking = (some: readonly JudgedOutput[]) =>
    rankingOf(
      some.filter((o) => o.safe).map((o) => o.score),
      some.filter((o) => !o.safe).map((o) => o.score),
    )
  const right = (o: JudgedOutput) => o.score > 0 === o.safe
  const safe = outputs.filter((o) => o.safe)
  const unsafe = outputs.filter((o) => !o.safe)
  // every safe output beside the unsafe ones that are longer, and beside those that are shorter
  const against = (longerIsSafe: boolean) => (some: readonly JudgedOutput[]) => {
    let [wins, all] = [0, 0]
    for (const good of some.filter((o) => o.safe))
      for (const bad of some.filter((o) => !o.safe)) {
        if (good.tokens === bad.tokens || good.tokens > bad.tokens !== longerIsSafe) continue
        all++
        wins += good.score > bad.score ? 1 : good.score === bad.score ? 0.5 : 0
      }
    return { wins, all }
  }
  const [longer, shorter] = [against(true)(outputs), against(false)(outputs)]
  const pairs = safe.length * unsafe.length
  const balancedShare = (some: readonly JudgedOutput[]) => {
    const [a, b] = [against(true)(some), against(false)(some)]
    return (a.wins / Math.max(1, a.all) + b.wins / Math.max(1, b.all)) / 2
  }
  return {
    items: outputs.length,
    accuracy: share(outputs.filter(right).length, outputs.length),
    ranking: bootstrap(outputs, random, ranking, 500),
    loss: mean(outputs.map((o) => softplus(o.safe ? -o.score : o.score))),
    calibration: calibrationOf(
      outputs.map((o) => ({ predicted: sigmoid(o.score), happened: o.safe })),
      0,
    ),
    length: {
      correlation: correlationOf(outputs, random),
      longerWins: pairs === 0 ? 0.5 : (longer.all + (pairs - longer.all - shorter.all) / 2) / pairs,
      shorterPreferred: part(shorter.wins, shorter.all),
      longerPreferred: part(longer.wins, longer.all),
      withoutLength:
        longer.all === 0 || shorter.all === 0
          ? null
          : bootstrap(spread(outputs, 300, random), random, balancedShare, 200),
    },
    points: sample(
      outputs.map(({ safe, ...o }) => ({ ...o, good: safe })),
      random,
    ),
  }
}

/** Ten bins of equal width from `from` to 1. */
export function calibrationOf(
  forecasts: readonly { predicted: number; happened: boolean }[],
  from: number,
): RewardModelReport['calibration'] {
  const width = (1 - from) / 10
  const bins = Array.from({ length: 10 }, (_, i) => {
    const own = forecasts.filter((f) => Math.min(9, Math.floor((f.predicted - from) / width)) === i)
    return {
      from: from + i * width,
      to: from + (i + 1) * width,
      count: own.length,
      predicted: own.length === 0 ? 0 : mean(own.map((f) => f.predicted)),
      share: own.length === 0 ? 0 : own.filter((f) => f.happened).length / own.length,
    }
  })
  const error = bins.reduce((sum, b) => sum + (b.count / forecasts.length) * Math.abs(b.predicted - b.share), 0)
  return { error, bins }
}

function meanOfBoth<T>(a: readonly T[], b: readonly T[], random: Random, of: (items: T[]) => number): Estimate | null {
  if (a.length === 0 || b.length === 0) return null
  const draws = 1000
  const draw = (items: readonly T[]) => Array.from(items, () => items[random.integer(items.length)])
  const drawn = Array.from({ length: draws }, () => (of(draw(a)) + of(draw(b))) / 2).sort((x, y) => x - y)
  return { value: (of([...a]) + of([...b])) / 2, low: drawn[25], high: drawn[975] }
}

const part = (right: number, items: number) => (items === 0 ? null : { ...share(right, items), items })

const correlationOf = (texts: readonly Judged[], random: Random) =>
  bootstrap(texts, random, (some) =>
    correlation(
      some.map((t) => t.tokens),
      some.map((t) => t.score),
    ),
  )

const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length

const spread = <T>(items: readonly T[], most: number, random: Random) => random.shuffle([...items]).slice(0, most)

const sample = (texts: readonly (Judged & { good: boolean })[], random: Random) =>
  spread(texts, MOST_POINTS, random).map(({ tokens, score, good }) => ({ tokens, score, good }))
