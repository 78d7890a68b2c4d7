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

/** Every reward, and the sum that they are put together to. */
type Row = RewardName | 'composite'
const rows: Row[] = [...rewardNames, 'composite']

/** As test/bench/rewards.ts prints it. */
export interface RewardFigures {
  latexPerSecond: number
  perSecond: Partial<Record<Row, number>>
  programs?: Record<'python' | 'javascript' | 'typescript', { perSecond: number; startSeconds: number }>
  hostile: { texts: number; milliseconds: Partial<Record<Row, number>> }
}

interface Agreement {
  cases: number
  agree: number
}

/** As test/bench/agreement.ts prints it. */
export interface AgreementFigures {
  rewards: Partial<Record<Row, Agreement>>
  mathVerify: Agreement
  mathHeldOut: Record<'first' | 'now' | 'mathVerify', Agreement>
}

/** What each reward is held against: by the bench, which counts, and by the tests. */
const checkedAgainst: Record<Row, string> = {
  accuracy: 'a second reading of generated texts; integers of any length, and every way to hide or double an answer',
  format: 'a regular expression, on generated texts',
  math: 'Math-Verify 0.9.0 on the cases of its own tests; [held-out cases of ours](#math)',
  logic: 'brute force: every assignment of generated puzzles; several notations of each',
  code: 'expressions that are right, a little off and broken, run as JavaScript; more than 60 programs that mean harm',
  tag_count: 'the definition, written slowly, on generated texts',
  cosine_length: 'the formula as open-r1 has it, in groups of every length',
  kimi_length: 'the formula, in groups of right and of wrong answers',
  soft_overlong: 'the formula, in groups of every length',
  repetition: 'the definition, written slowly',
  language: 'sentences in twelve languages, each against each; mixtures',
  helpfulness: 'its model’s raw scores, standardised; the model itself is measured on held-out pairs',
  safety: 'its model’s raw scores as probabilities; the model itself is measured on held-out outputs',
  own: 'the same function run here; functions that throw, hang, and return what is no verdict',
  composite: 'the sum written out, with weights of rewards and sides drawn at random',
}

const share = ({ agree, cases }: Agreement) =>
  `${agree.toLocaleString('en-US')} of ${cases.toLocaleString('en-US')}${agree === cases ? '' : ` (${((100 * agree) / cases).toFixed(1)} %)`}`

export function rewardFigureTable(figures: RewardFigures | undefined, agreement: AgreementFigures | undefined): string {
  const hostile = (name: Row) => {
    const most = figures?.hostile.milliseconds[name]
    return most === undefined ? 'not measured' : `${figures?.hostile.texts} of 1 MB, at most ${Math.ceil(most)} ms`
  }
  const round = (value: number | undefined) =>
    value === undefined ? 'not measured' : Number(value.toPrecision(2)).toLocaleString('en-US')
  const speed = (name: Row) => {
    if (name === 'math' && figures) return `${round(figures.perSecond[name])}; LaTeX ${round(figures.latexPerSecond)}`
    if (name !== 'code') return round(figures?.perSecond[name])
    const of = (language: 'python' | 'javascript' | 'typescript') => round(figures?.programs?.[language].perSecond)
    return `programs: Python ${of('python')}, JavaScript ${of('javascript')}, TypeScript ${of('typescript')}`
  }
  const agreed = (name: Row) => {
    if (!agreement) return 'not measured'
    if (name === 'math') return `${share(agreement.mathVerify)}; ${share(agreement.mathHeldOut.now)}`
    const own = agreement.rewards[name]
    return own ? share(own) : 'not measured'
  }
  return table(
    ['reward', 'checked against', 'agreement', 'hostile texts', 'verdicts a second'],
    rows.map((name) => [code(name), checkedAgainst[name], agreed(name), hostile(name), speed(name)]),
  )
}

export function mathHeldOutTable(figures: AgreementFigures | undefined): string {
  const row = (name: string, of: keyof AgreementFigures['mathHeldOut']) => [
    name,
    figures ? share(figures.mathHeldOut[of]) : 'not measured',
  ]
  return table(
    ['', 'right'],
    [
      row('ours, when it was asked for the first time', 'first'),
      row('ours, since the general failures among these were mended', 'now'),
      row('Math-Verify 0.9.0', 'mathVerify'),
    ],
  )
}
