/** What the rewards agree with, and how fast they are: verdicts a second on one core, and the slowest of the hostile texts. */
import { readFileSync } from 'node:fs'
import { puzzleLevels } from '../../src-main/contract/recipe.ts'
import { type RewardName, rewardNames } from '../../src-main/contract/rewards.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { math } from '../../src-main/engine/rewards/math/math.ts'
import type { Question } from '../../src-main/engine/rewards/reward.ts'
import { judge } from '../../src-main/engine/rewards/score.ts'
import { drawPuzzle } from '../../src-main/engine/tasks/logic/puzzles.ts'
import { hostileTexts } from '../support/hostile-texts.ts'
import { programsPerSecond } from './programs.ts'

interface MathVerifyCase {
  gold: string
  pred: string
  precision: number
  right: boolean
}

const sum: Question = { prompt: '2+2=', answer: '4' }
const grid = drawPuzzle(randomAt(0, 'bench'), 'grid', puzzleLevels)
const doubling: Question = { ...sum, data: { tests: { inputs: ['1'], outputs: ['2'] } } }

/** What each reward is timed on; the others a sum. */
const timedOn: Partial<Record<RewardName, [problem: Question, text: string]>> = {
  logic: [grid, `<think>Two and two, so I add 2+2=4.</think><answer>${grid.answer}</answer>`],
  code: [doubling, '<think>Twice that.</think>\n```python\nprint(2 * int(input()))\n```'],
}
const aSum: [Question, string] = [sum, '<think>Two and two, so I add 2+2=4.</think><answer>4.0</answer>']

/** Without a model or a file of a person's they have no verdict, and a figure would say nothing. */
const judgesNothingAlone: RewardName[] = ['helpfulness', 'safety', 'own']

/** Each reward is timed for about so long. */
const MILLISECONDS = 1000

export async function rewards(): Promise<unknown> {
  const speed: Record<string, number> = {}
  const slowest: Record<string, number> = {}
  for (const name of rewardNames.filter((one) => !judgesNothingAlone.includes(one))) {
    const [problem, text] = timedOn[name] ?? aSum
    speed[name] = await perSecond(name, text, problem)
    slowest[name] = await slowestOf(name, problem)
    console.error(`  ${name}: ${speed[name].toFixed(0)} a second, hostile text at most ${slowest[name].toFixed(0)} ms`)
  }
  const latex = [
    '\\frac{\\sqrt{11}+x}{15+2\\sqrt{33}}',
    '<think></think>It is $\\boxed{\\frac{x+\\sqrt{11}}{2\\sqrt{33}+15}}$.',
  ]
  const latexPerSecond = await perSecond('math', latex[1], { ...sum, answer: latex[0] })
  const agreement = mathVerify()
  console.error(
    `  math: LaTeX ${latexPerSecond.toFixed(0)} a second, agrees on ${agreement.agree} of ${agreement.cases}`,
  )
  return {
    mathVerify: agreement,
    latexPerSecond,
    perSecond: speed,
    programs: await programsPerSecond(),
    hostile: { texts: hostile.length, milliseconds: slowest },
  }
}

function mathVerify(): { cases: number; agree: number } {
  const file = new URL('../fixtures/math-verify/cases.json', import.meta.url)
  const cases = JSON.parse(readFileSync(file, 'utf8')) as MathVerifyCase[]
  const agrees = ({ gold, pred, precision, right }: MathVerifyCase) =>
    (math({ text: pred, finished: true }, { answer: gold }, { precision }).value === 1) === right
  return { cases: cases.length, agree: cases.filter(agrees).length }
}

async function perSecond(name: RewardName, text: string, problem: Question): Promise<number> {
  const group = {
    problem,
    completions: Array.from({ length: 16 }, (_, i) => ({ text, finished: true, tokens: 20 + i })),
    tokenLimit: 64,
  }
  for (let i = 0; i < 50; i++) await judge(name, group)
  const started = performance.now()
  let count = 0
  while (performance.now() - started < MILLISECONDS) {
    await judge(name, group)
    count += group.completions.length
  }
  return (count * 1000) / (performance.now() - started)
}

const hostile = Object.values(hostileTexts)

async function slowestOf(name: RewardName, problem: Question): Promise<number> {
  let most = 0
  for (const text of hostile) {
    const started = performance.now()
    const completions = [{ text, finished: true, tokens: 1000 }]
    await judge(name, { problem, completions, tokenLimit: 64 })
    most = Math.max(most, performance.now() - started)
  }
  return most
}
