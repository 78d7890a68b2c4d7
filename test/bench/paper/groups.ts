/** One group of the played run as a report, written straight into the body of its delivery. */
import { randomAt } from '../../../src-main/engine/random.ts'
import { charactersPerToken, meanAccuracy, meanTokens, mostTokens, published } from './course.ts'
import { splice } from './texts.ts'

/** Problems that come again and again. */
const PROBLEMS = 26_000

export interface PlayedGroup {
  tokens: readonly number[]
  rewards: readonly number[]
  bytes: number
}

interface Output {
  tokens: number
  bytes: number
  right: boolean
  inForm: boolean
  cut: boolean
}

/** Of a prompt that is as hard as its number says: log-odds beside the mean. */
function oddsOf(problem: number, part: number): number {
  const mean = meanAccuracy(part)
  return Math.log(mean / (1 - mean)) + 4 * (randomAt(0, 'hardness', problem).next() - 0.5)
}

const normal = (a: number, b: number) => Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b)

function outputs(step: number, group: number, part: number, problem: number): Output[] {
  const random = randomAt(0, 'outputs', step, group)
  const chance = 1 / (1 + Math.exp(-oddsOf(problem, part)))
  // a hard problem is thought about for longer
  const length = (meanTokens(part) * (1.3 - 0.6 * chance)) / (1.3 - 0.6 * meanAccuracy(part))
  return Array.from({ length: published.outputs }, () => {
    const wanted = length * Math.exp(0.45 * normal(random.next(), random.next()) - 0.1)
    const tokens = Math.round(Math.min(mostTokens, Math.max(20, wanted)))
    const cut = tokens === mostTokens
    return {
      tokens,
      bytes: Math.round(tokens * charactersPerToken),
      right: !cut && random.next() < chance,
      inForm: !cut && random.next() < 0.7 + 0.29 * part,
      cut,
    }
  })
}

/**
 * @param body at least `bodySize` bytes
 * @param head of the delivery, up to the report
 * @returns what was written
 */
export function writeGroup(
  body: Buffer,
  head: string,
  { step, group, part }: { step: number; group: number; part: number },
  pool: Buffer,
): PlayedGroup {
  const random = randomAt(0, 'group', step, group)
  const problem = random.integer(PROBLEMS)
  const of = randomAt(0, 'problem', problem)
  const [a, b, c] = [of.integer(900) + 100, of.integer(90) + 10, of.integer(9) + 1]
  const prompt =
    `A conversation between User and Assistant. The user asks a question, and the Assistant solves it. User: Problem ${problem}. Find the ` +
    `remainder when ${a}^${c} + ${b} is divided by ${a - b}, and show that the sum of its digits is less than ${a}. Assistant:`
  const all = outputs(step, group, part, problem)
  const rewards = all.map(({ right, inForm }) => Number(right) + Number(inForm))
  const mean = rewards.reduce((sum, one) => sum + one, 0) / rewards.length
  const deviation = Math.sqrt(rewards.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (rewards.length - 1))
  const say = (text: string, at: number) => at + body.write(text, at, 'latin1')
  let at = say(`${head}{"kind":"group","step":${step},"group":${group},"prompt":${JSON.stringify(prompt)},`, 0)
  at = say(`"answer":"${a - c}","domain":"math","completions":[`, at)
  for (const [i, { tokens, bytes, right, inForm, cut }] of all.entries()) {
    at = say(`${i > 0 ? ',' : ''}{"text":"<think>`, at)
    splice(body, at, bytes, pool, random)
    at = say(cut ? '",' : `</think>\\n<answer>${right ? a - c : a + i}</answer>",`, at + bytes)
    const advantage = deviation === 0 ? 0 : (rewards[i] - mean) / deviation
    const said = right ? `answer ${a - c}` : `answer ${a + i}, expected ${a - c}`
    at = say(`"tokens":${tokens},"finishReason":"${cut ? 'length' : 'stop'}","reward":${rewards[i]},`, at)
    at = say(`"advantage":${advantage.toFixed(5)},"parts":{"accuracy":{"value":${Number(right)},"weight":1,`, at)
    at = say(`"reason":"${said}"},"format":{"value":${Number(inForm)},"weight":1,"reason":""}}}`, at)
  }
  return { tokens: all.map(({ tokens }) => tokens), rewards, bytes: say(']}}]}', at) }
}

/** Room for the longest group. */
export const bodySize = published.outputs * (mostTokens * charactersPerToken + 1000) + 10_000
