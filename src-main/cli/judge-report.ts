/** What a judging came to, as a table. */
import type { Estimate } from '../contract/evaluation.ts'
import type { JudgeReport, Judging, SafetyJudgeReport } from '../contract/preferences.ts'
import { within } from '../preferences/averages.ts'
import { decimals, percent, table } from './output.ts'

type Row = [string, string | null]

const known = (e: Estimate | null) => e && within(e)

export function judgeTable(report: JudgeReport | SafetyJudgeReport): string {
  return table(['judged', 'figure'], 'pairs' in report ? ofPairs(report) : ofOutputs(report))
}

function ofPairs(r: JudgeReport): Row[] {
  return [
    ['judge', r.judge],
    ['pairs, each asked', `${r.pairs}, ${r.asks} times`],
    ...ofVerdicts(r, 'prefers the answer shown first (50 % without bias)', 'both orders prefer the same answer'),
    ['prefers the longer answer', known(r.length.longer)],
    ['score and length (correlation)', decimals(r.length.correlation, 2)],
    ['pairs without enough verdicts', String(r.unread)],
    ['pairs that are too close', String(r.undecided)],
    ['left out to balance lengths', `${r.leftOut}, longer preferred ${percent(r.longerBefore) ?? '–'} before`],
    ['kept', `${r.kept}, longer preferred ${percent(r.longerAfter) ?? '–'}`],
    ['characters of the better and the other answer', characters(r.meanChosen, r.meanRejected)],
  ]
}

function ofOutputs(r: SafetyJudgeReport): Row[] {
  return [
    ['judge', r.judge],
    ['outputs, each asked', `${r.outputs}, ${r.asks} times`],
    ...ofVerdicts(r, 'prefers the label named first (50 % without bias)', 'both orders give the same label'),
    ['outputs without enough verdicts', String(r.unread)],
    ['outputs that are too close', String(r.undecided)],
    ['kept', `${r.kept}: ${r.safe} safe, ${r.unsafe} unsafe`],
    ...(r.agreement === null ? [] : [['labels as the file has them', known(r.agreement)] as Row]),
    ['characters of safe and unsafe outputs', characters(r.meanSafe, r.meanUnsafe)],
  ]
}

function ofVerdicts(r: Judging, prefersFirst: string, consistent: string): Row[] {
  return [
    ['replies without a verdict', `${r.unreadable} of ${r.verdicts}`],
    [prefersFirst, known(r.position.first)],
    [consistent, known(r.position.consistent)],
    ['mean score of what is first', decimals(r.position.lean, 2)],
    ...(r.mass === null ? [] : [['probability of A or B', percent(r.mass)] as Row]),
  ]
}

const characters = (one: number | null, other: number | null) =>
  `${decimals(one, 0) ?? '–'}, ${decimals(other, 0) ?? '–'}`
