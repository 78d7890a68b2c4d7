/** The verdicts on each item averaged, and how much of them is the judge's own bias: the same of pairs and of outputs. */
import type { Estimate } from '../contract/evaluation.ts'
import type { Judging, Verdict } from '../contract/preferences.ts'
import { mean } from '../evaluation/estimators.ts'
import { bootstrap } from '../evaluation/intervals.ts'

export interface JudgingSettings {
  judge: string
  asks: number
  /** The mean score must be further from 0 than this. */
  gap: number
}

export interface Average {
  said: Verdict[]
  /** Those of them that could be read. */
  read: Verdict[]
  /** Above 0: the first answer is better, or the output safe; null: fewer than half the verdicts could be read. */
  score: number | null
}

/** @param verdicts of these items, and maybe of others @returns one for each key, in their order */
export function averages(
  keys: readonly string[],
  verdicts: readonly Verdict[],
  { asks }: Pick<JudgingSettings, 'asks'>,
): Average[] {
  const byItem = Map.groupBy(verdicts, ({ pair }) => pair)
  return keys.map((key) => {
    const said = (byItem.get(key) ?? []).filter(({ ask }) => ask < asks)
    const read = said.filter(({ score }) => score !== null)
    const enough = 2 * read.length >= asks
    return { said, read, score: enough ? mean(read.map((v) => (v.swapped ? -v.score! : v.score!))) : null }
  })
}

export const isClear = ({ score }: Average, gap: number) => score !== null && Math.abs(score) > gap

/** What is the same of every judging; who calls it adds the doubts. */
export function judgingOf(all: readonly Average[], kept: number, { judge, asks, gap }: JudgingSettings): Judging {
  const said = all.flatMap((one) => one.said)
  const masses = said.flatMap(({ mass }) => (mass === undefined ? [] : [mass]))
  return {
    judge,
    asks,
    verdicts: said.length,
    unreadable: said.filter(({ score }) => score === null).length,
    position: positionBias(all),
    mass: masses.length > 0 ? mean(masses) : null,
    unread: all.filter(({ score }) => score === null).length,
    undecided: all.filter((one) => one.score !== null && !isClear(one, gap)).length,
    kept,
    doubts: [],
  }
}

/** 1 where what is above 0 wins, ½ for a tie. */
const won = (score: number) => (Math.sign(score) + 1) / 2

/** Over items that were read in both orders: there, whatever they are worth, an unbiased judge prefers the first shown half the time. */
function positionBias(all: readonly Average[]): Judging['position'] {
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

export const percent = (share: number) => `${(100 * share).toFixed(1)} %`
export const within = ({ value, low, high }: Estimate) => `${percent(value)} (${percent(low)} to ${percent(high)})`
/** Whether ½ is outside the interval. */
export const apart = ({ low, high }: Estimate) => low > 0.5 || high < 0.5

/** A model that is asked for a letter and mostly wants to write something else does not judge. */
const leastMass = 0.5

/** @param shown what came in two orders, `answer shown` for one */
export function doubtsOfJudge({ position, mass, verdicts, unreadable }: Judging, shown: string): string[] {
  const doubts: string[] = []
  if (unreadable > 0.1 * verdicts)
    doubts.push(`Of ${verdicts} replies ${unreadable} hold no verdict (${percent(unreadable / verdicts)}).`)
  if (mass !== null && mass < leastMass)
    doubts.push(
      `The judge would rather write something else than A or B: the two have ${percent(mass)} of the probability. Its odds say little.`,
    )
  if (position.first && apart(position.first))
    doubts.push(
      `Position bias: in ${within(position.first)} of its verdicts it prefers the ${shown} ${position.first.value > 0.5 ? 'first' : 'second'}, and without bias 50 %. Both orders were asked, which cancels it at the price of ties.`,
    )
  return doubts
}
