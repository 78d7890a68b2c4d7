/**
 * What verdicts come to (Guo et al. 2025, helpfulness data): each pair's verdicts averaged, pairs kept whose gap is above a threshold, lengths
 * balanced; and how much of it is the judge's own bias.
 */
import type { Estimate } from '../contract/evaluation.ts'
import { judgedPart } from '../contract/judged-part.ts'
import type { AnswerPair, JudgeReport, Verdict } from '../contract/preferences.ts'
import { balanced, type Preference } from '../engine/reward-models/data.ts'
import { mean } from '../evaluation/estimators.ts'
import { bootstrap } from '../evaluation/intervals.ts'
import { pairKey } from './pairs.ts'

/** A line of the result: what `reward-model train` reads, and how it came about. */
export interface JudgedPreference extends Preference {
  /** Mean score of the chosen answer over that of the rejected one. */
  gap: number
  /** Verdicts that were read. */
  verdicts: number
  judge: string
}

export interface JudgingSettings {
  judge: string
  asks: number
  /** The gap must be above it. */
  gap: number
  balance: boolean
}

interface Judged {
  pair: AnswerPair
  said: Verdict[]
  /** Those of them that could be read. */
  read: Verdict[]
  /** Above 0: the first answer is better; null: fewer than half the verdicts could be read. */
  score: number | null
}

/** @param verdicts of these pairs, and maybe of others */
export function judgedPairs(
  pairs: readonly AnswerPair[],
  verdicts: readonly Verdict[],
  settings: JudgingSettings,
): { kept: JudgedPreference[]; report: JudgeReport } {
  const byPair = Map.groupBy(verdicts, ({ pair }) => pair)
  const all = pairs.map((pair): Judged => {
    const said = (byPair.get(pairKey(pair)) ?? []).filter(({ ask }) => ask < settings.asks)
    const read = said.filter(({ score }) => score !== null)
    const enough = 2 * read.length >= settings.asks
    return { pair, said, read, score: enough ? mean(read.map((v) => (v.swapped ? -v.score! : v.score!))) : null }
  })
  const decided = all.flatMap((one) => preferenceOf(one, settings))
  const kept = settings.balance ? balanced(decided, longerBy) : decided
  const known = all.flatMap(({ said }) => said)
  const masses = known.flatMap(({ mass }) => (mass === undefined ? [] : [mass]))
  const lengths = (which: 'chosen' | 'rejected') =>
    kept.length > 0 ? mean(kept.map((preference) => lengthOf(preference[which]))) : null
  const report: JudgeReport = {
    judge: settings.judge,
    pairs: pairs.length,
    asks: settings.asks,
    verdicts: known.length,
    unreadable: known.filter(({ score }) => score === null).length,
    position: positionBias(all),
    length: lengthBias(all),
    mass: masses.length > 0 ? mean(masses) : null,
    unread: all.filter(({ score }) => score === null).length,
    undecided: all.filter(({ score }) => score !== null).length - decided.length,
    leftOut: decided.length - kept.length,
    kept: kept.length,
    longerBefore: longerShare(decided),
    longerAfter: longerShare(kept),
    meanChosen: lengths('chosen'),
    meanRejected: lengths('rejected'),
    doubts: [],
  }
  return { kept, report: { ...report, doubts: doubtsOfJudge(report) } }
}

function preferenceOf({ pair, score, read }: Judged, { gap, judge }: JudgingSettings): JudgedPreference[] {
  if (score === null || !(Math.abs(score) > gap)) return []
  const { prompt, answers } = pair
  const [chosen, rejected] = score > 0 ? answers : [answers[1], answers[0]]
  return [{ prompt, chosen, rejected, gap: Math.abs(score), verdicts: read.length, judge }]
}

const lengthOf = (answer: string) => judgedPart('helpfulness', answer)!.length
const longerBy = ({ chosen, rejected }: Preference) => lengthOf(chosen) - lengthOf(rejected)

function longerShare(preferences: readonly Preference[]): number | null {
  const differing = preferences.map(longerBy).filter((d) => d !== 0)
  return differing.length > 0 ? differing.filter((d) => d > 0).length / differing.length : null
}

/** 1 where what is above 0 wins, ½ for a tie. */
const won = (score: number) => (Math.sign(score) + 1) / 2

/** Over pairs that were read in both orders: there, whatever the answers are worth, an unbiased judge prefers the first shown half the time. */
function positionBias(all: readonly Judged[]): JudgeReport['position'] {
  const both = all.flatMap(({ read }) => {
    const [swapped, straight] = [true, false].map((order) =>
      read.filter((verdict) => verdict.swapped === order).map(({ score }) => score!),
    )
    return swapped.length > 0 && straight.length > 0 ? [{ swapped, straight }] : []
  })
  if (both.length === 0) return { first: null, consistent: null, lean: null }
  const overOrders = (of: (score: number) => number) =>
    both.map(({ swapped, straight }) => (mean(swapped.map(of)) + mean(straight.map(of))) / 2)
  const [first] = bootstrap([overOrders(won)])
  const [consistent] = bootstrap([
    both.map(({ swapped, straight }) => (Math.sign(mean(straight)) === -Math.sign(mean(swapped)) ? 1 : 0)),
  ])
  return { first, consistent, lean: mean(overOrders((score) => score)) }
}

function lengthBias(all: readonly Judged[]): JudgeReport['length'] {
  const measured = all.flatMap(({ pair, score }) => {
    const [first, second] = pair.answers.map(lengthOf)
    return score === null || first === second ? [] : [{ longer: Math.log(first / second), score }]
  })
  const decided = measured.filter(({ score }) => score !== 0)
  if (decided.length === 0) return { longer: null, correlation: null }
  const [longer] = bootstrap([decided.map((one) => (one.longer > 0 === one.score > 0 ? 1 : 0))])
  return { longer, correlation: throughOrigin(measured.map((one) => [one.longer, one.score])) }
}

/** Correlation about 0: which answer is the first one means nothing, so neither mean may count. */
function throughOrigin(points: readonly (readonly [number, number])[]): number | null {
  const sum = (of: (x: number, y: number) => number) => points.reduce((total, [x, y]) => total + of(x, y), 0)
  const scale = Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y))
  return scale > 0 ? sum((x, y) => x * y) / scale : null
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const within = ({ value, low, high }: Estimate) => `${percent(value)} (${percent(low)} to ${percent(high)})`
const apart = ({ low, high }: Estimate) => low > 0.5 || high < 0.5

/** A model that is asked for a letter and mostly wants to write something else does not judge. */
const leastMass = 0.5

function doubtsOfJudge(report: JudgeReport): string[] {
  const { position, length, mass, verdicts, unreadable, kept, pairs } = report
  const doubts: string[] = []
  if (unreadable > 0.1 * verdicts)
    doubts.push(`Of ${verdicts} replies ${unreadable} hold no verdict (${percent(unreadable / verdicts)}).`)
  if (mass !== null && mass < leastMass)
    doubts.push(
      `The judge would rather write something else than A or B: the two have ${percent(mass)} of the probability. Its odds say little.`,
    )
  if (position.first && apart(position.first))
    doubts.push(
      `Position bias: in ${within(position.first)} of its verdicts it prefers the answer shown ${position.first.value > 0.5 ? 'first' : 'second'}, and without bias 50 %. Every pair was asked in both orders, which cancels it at the price of ties.`,
    )
  if (length.longer && apart(length.longer))
    doubts.push(
      `Length: the better answer is the ${length.longer.value > 0.5 ? 'longer' : 'shorter'} one in ${within(length.longer.value > 0.5 ? length.longer : inverse(length.longer))} of the pairs. That may be quality or a bias; lengths ${report.leftOut > 0 ? `were balanced, at the price of ${report.leftOut} pairs` : 'are as they are'}.`,
    )
  if (kept === 0) doubts.push(`No pair is left of ${pairs}: there is nothing to train on.`)
  return doubts
}

const inverse = ({ value, low, high }: Estimate): Estimate => ({ value: 1 - value, low: 1 - high, high: 1 - low })
