/** How fast the rewards are: verdicts a second on one core, and the slowest of the hostile texts. */
import { puzzleLevels } from '../../src-main/contract/recipe.ts'
import { type RewardName, rewardInfo, rewardNames } from '../../src-main/contract/rewards.ts'
import { defaultSettings } from '../../src-main/contract/settings.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { openOwnReward } from '../../src-main/engine/rewards/own.ts'
import type { Group, Question } from '../../src-main/engine/rewards/reward.ts'
import { judge, score } from '../../src-main/engine/rewards/score.ts'
import { drawLevelled } from '../../src-main/engine/tasks/families.ts'
import { hostileTexts } from '../support/hostile-texts.ts'
import { withRewardModels } from './agreement-learnt.ts'
import { programsPerSecond } from './programs.ts'

const sum: Question = { prompt: '2+2=', answer: '4' }
const grid = drawLevelled(randomAt(0, 'bench'), 'grid', puzzleLevels)
const doubling: Question = { ...sum, data: { tests: { inputs: ['1'], outputs: ['2'] } } }

/** What each reward is timed on; the others a sum. */
const timedOn: Partial<Record<RewardName | 'composite', [problem: Question, text: string]>> = {
  logic: [grid, `<think>Two and two, so I add 2+2=4.</think><answer>${grid.answer}</answer>`],
  code: [doubling, '<think>Twice that.</think>\n```python\nprint(2 * int(input()))\n```'],
}
const aSum: [Question, string] = [sum, '<think>Two and two, so I add 2+2=4.</think><answer>4.0</answer>']

type Judge = (group: Group) => unknown

/** Every reward, models of the embedded one's size where it needs one; and the composite reward of three of them. */
const judges: [RewardName | 'composite', Judge][] = [
  ...rewardNames.map((name): [RewardName, Judge] => [
    name,
    (group) => judge(name, group, { [name]: { ...named(name) } }),
  ]),
  [
    'composite',
    (group) => score(group, { ...defaultSettings, rewardWeights: { accuracy: 1, format: 0.1, language: 0.2 } }),
  ],
]

/** Of reward models the one that the bench trained. */
const named = (name: RewardName) => (rewardInfo[name].learnt ? { model: name } : {})

/** Each reward is timed for about so long. */
const MILLISECONDS = 1000

export async function rewards(): Promise<unknown> {
  const speed: Record<string, number> = {}
  const slowest: Record<string, number> = {}
  openOwnReward({ name: 'bench.js', code: 'export default (g) => g.completions.map(({ text }) => text.length / 1e6)' })
  await withRewardModels(async () => {
    for (const [name, judge] of judges) {
      const [problem, text] = timedOn[name] ?? aSum
      speed[name] = await perSecond(judge, text, problem)
      slowest[name] = await slowestOf(judge, problem)
      console.error(
        `  ${name}: ${speed[name].toFixed(0)} a second, hostile text at most ${slowest[name].toFixed(0)} ms`,
      )
    }
  })
  openOwnReward(undefined)
  const latex = [
    '\\frac{\\sqrt{11}+x}{15+2\\sqrt{33}}',
    '<think></think>It is $\\boxed{\\frac{x+\\sqrt{11}}{2\\sqrt{33}+15}}$.',
  ]
  const latexPerSecond = await perSecond((group) => judge('math', group), latex[1], { ...sum, answer: latex[0] })
  console.error(`  math: LaTeX ${latexPerSecond.toFixed(0)} a second`)
  return {
    latexPerSecond,
    perSecond: speed,
    programs: await programsPerSecond(),
    hostile: { texts: hostile.length, milliseconds: slowest },
  }
}

async function perSecond(judge: Judge, text: string, problem: Question): Promise<number> {
  const group = {
    problem,
    completions: Array.from({ length: 16 }, (_, i) => ({ text, finished: true, tokens: 20 + i })),
    tokenLimit: 64,
  }
  for (let i = 0; i < 50; i++) await judge(group)
  const started = performance.now()
  let count = 0
  while (performance.now() - started < MILLISECONDS) {
    await judge(group)
    count += group.completions.length
  }
  return (count * 1000) / (performance.now() - started)
}

const hostile = Object.values(hostileTexts)

async function slowestOf(judge: Judge, problem: Question): Promise<number> {
  let most = 0
  for (const text of hostile) {
    const started = performance.now()
    const completions = [{ text, finished: true, tokens: 1000 }]
    await judge({ problem, completions, tokenLimit: 64 })
    most = Math.max(most, performance.now() - started)
  }
  return most
}
