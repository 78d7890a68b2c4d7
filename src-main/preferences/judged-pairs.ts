/**
 * What verdicts on pairs come to (Guo et al. 2025, helpfulness data): each pair's verdicts averaged, pairs kept whose gap is above a threshold, lengths
 * balanced; and how much of it is the judge's own bias.
 */
import type { Estimate } from '../contract/evaluation.ts'
import { judgedPart } from '../contract/judged-part.ts'
import type { AnswerPair, JudgeReport, Verdict } from '../contract/preferences.ts'
import { balanced, type Preference } from '../engine/reward-models/data.ts'
import { mean } from '../evaluation/estimators.ts'
import { bootstrap } from '../evaluation/intervals.ts'
import {
  type Average,
  apart,
  averages,
  doubtsOfJudge,
  isClear,
  type JudgingSettings,
  judgingOf,
  within,
} from './averages.ts'
import { pairKey } from './pairs.ts'

/** A line of the result: what `reward-model train` reads, and how it came about. */
export interface JudgedPreference extends Preference {
  /** Mean score of the chosen answer over that of the rejected one. */
  gap: number
  /** Verdicts that were read. */
  verdicts: number
  judge: string
}

export interface PairSettings extends JudgingSettings {
  balance: boolean
}

type Judged = Average & { pair: AnswerPair }

/** @param verdicts of these pairs, and maybe of others */
export function judgedPairs(
  pairs: readonly AnswerPair[],
  verdicts: readonly Verdict[],
  settings: PairSettings,
): { kept: JudgedPreference[]; report: JudgeReport } {
  const all = averages(pairs.map(pairKey), verdicts, settings).map((one, i): Judged => ({ ...one, pair: pairs[i] }))
  const decided = all.flatMap((one) => preferenceOf(one, settings))
  const kept = settings.balance ? balanced(decided, longerBy) : decided
  const lengths = (which: 'chosen' | 'rejected') =>
    kept.length > 0 ? mean(kept.map((preference) => lengthOf(preference[which]))) : null
  const report: JudgeReport = {
    ...judgingOf(all, kept.length, settings),
    pairs: pairs.length,
    length: lengthBias(all),
    leftOut: decided.length - kept.length,
    longerBefore: longerShare(decided),
    longerAfter: longerShare(kept),
    meanChosen: lengths('chosen'),
    meanRejected: lengths('rejected'),
  }
  return { kept, report: { ...report, doubts: doubtsOf(report) } }
}

function preferenceOf(judged: Judged, { gap, judge }: PairSettings): JudgedPreference[] {
  if (!isClear(judged, gap)) return []
  const { pair, read } = judged
  const score = judged.score!
  const [chosen, rejected] = score > 0 ? pair.answers : [pair.answers[1], pair.answers[0]]
  return [{ prompt: pair.prompt, chosen, rejected, gap: Math.abs(score), verdicts: read.length, judge }]
}

const lengthOf = (answer: string) => judgedPart('helpfulness', answer)!.length
const longerBy = ({ chosen, rejected }: Preference) => lengthOf(chosen) - lengthOf(rejected)

function longerShare(preferences: readonly Preference[]): number | null {
  const differing = preferences.map(longerBy).filter((d) => d !== 0)
  return differing.length > 0 ? differing.filter((d) => d > 0).length / differing.length : null
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

function doubtsOf(report: JudgeReport): string[] {
  const { length, kept, pairs } = report
  const doubts = doubtsOfJudge(report, 'answer shown')
  if (length.longer && apart(length.longer))
    doubts.push(
      `Length: the better answer is the ${length.longer.value > 0.5 ? 'longer' : 'shorter'} one in ${within(length.longer.value > 0.5 ? length.longer : inverse(length.longer))} of the pairs. That may be quality or a bias; lengths ${report.leftOut > 0 ? `were balanced, at the price of ${report.leftOut} pairs` : 'are as they are'}.`,
    )
  if (kept === 0) doubts.push(`No pair is left of ${pairs}: there is nothing to train on.`)
  return doubts
}

const inverse = ({ value, low, high }: Estimate): Estimate => ({ value: 1 - value, low: 1 - high, high: 1 - low })
