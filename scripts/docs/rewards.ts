/** Tables of the rewards, out of the contract's own table. */
import { type RewardName, type RewardParameter, rewardInfo, rewardNames } from '../../src-main/contract/rewards.ts'
import { defaultSettings } from '../../src-main/contract/settings.ts'
import { code, plain, table } from './markdown.ts'

export function rewardTable(): string {
  return table(
    ['reward', 'what it is', 'range', 'default weight'],
    rewardNames.map((name) => {
      const { about, range } = rewardInfo[name]
      return [`[${code(name)}](#${name})`, about, range.map(plain).join(' to '), defaultSettings.rewardWeights[name]]
    }),
  )
}

export function rewardParameterTable(): string {
  const values = (p: RewardParameter) =>
    p.kind === 'text'
      ? 'text'
      : p.kind === 'choice'
        ? p.values.map(code).join(', ')
        : `${plain(p.min)} to ${plain(p.max)}`
  return table(
    ['reward', 'parameter', 'values', 'default', 'effect'],
    rewardNames.flatMap((name) =>
      Object.entries(rewardInfo[name].parameters).map(([key, p]) => [
        code(name),
        code(key),
        values(p),
        p.default === '' ? undefined : p.default,
        p.effect,
      ]),
    ),
  )
}

/** As test/bench/rewards.ts prints it. */
export interface RewardFigures {
  mathVerify: { cases: number; agree: number }
  latexPerSecond: number
  perSecond: Partial<Record<RewardName, number>>
  programs?: Record<'python' | 'javascript' | 'typescript', { perSecond: number; startSeconds: number }>
  hostile: { texts: number; milliseconds: Partial<Record<RewardName, number>> }
}

/** What the tests hold each reward against. */
const checkedAgainst: Record<RewardName, string> = {
  accuracy: 'integers of any length, and every way to hide or double an answer; a second reading of generated texts',
  format: 'a regular expression, on generated texts',
  math: 'Math-Verify 0.9.0, on the cases of its own tests; the examples of this page',
  logic:
    'brute force, on generated puzzles of every level: one solution, accepted in several notations, and nothing else',
  code: 'programs that are right and wrong in each language; more than 60 that mean harm',
  tag_count: 'worked examples',
  cosine_length: 'the formula as open-r1 has it, at its ends and between',
  kimi_length: 'the formula, in groups of right and of wrong answers',
  soft_overlong: 'the formula, at its corners and between',
  repetition: 'the definition, written slowly',
  own: 'functions that are right, throw, hang, and return what is no verdict',
  language: 'texts in five languages, each against each, and mixtures',
  helpfulness: 'its model is measured on held-out pairs; gradients by differences and in closed form',
  safety: 'its model is measured on held-out outputs; gradients by differences and in closed form',
}

export function rewardFigureTable(figures: RewardFigures | undefined): string {
  const hostile = (name: RewardName) => {
    const most = figures?.hostile.milliseconds[name]
    if (most === undefined && (name === 'helpfulness' || name === 'safety' || name === 'own')) return undefined
    return most === undefined ? 'not measured' : `${figures?.hostile.texts} of 1 MB, at most ${Math.ceil(most)} ms`
  }
  const round = (value: number | undefined) =>
    value === undefined ? 'not measured' : Number(value.toPrecision(2)).toLocaleString('en-US')
  const speed = (name: RewardName) => {
    if (name === 'helpfulness' || name === 'safety') return 'its model’s'
    if (name === 'own') return 'the function’s'
    if (name === 'math' && figures) return `${round(figures.perSecond[name])}; LaTeX ${round(figures.latexPerSecond)}`
    if (name !== 'code') return round(figures?.perSecond[name])
    const of = (language: 'python' | 'javascript' | 'typescript') => round(figures?.programs?.[language].perSecond)
    return `programs: Python ${of('python')}, JavaScript ${of('javascript')}, TypeScript ${of('typescript')}`
  }
  const agreement = (name: RewardName) => {
    if (name !== 'math') return undefined
    if (!figures) return 'not measured'
    const { agree, cases } = figures.mathVerify
    return `${agree} of ${cases} (${((100 * agree) / cases).toFixed(1)} %)`
  }
  return table(
    ['reward', 'checked against', 'agreement', 'hostile texts', 'verdicts a second'],
    rewardNames.map((name) => [code(name), checkedAgainst[name], agreement(name), hostile(name), speed(name)]),
  )
}
