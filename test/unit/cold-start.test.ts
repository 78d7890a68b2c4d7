/** What a cold start learns from: true at every step, right at the end, in the embedded model's signs, and never of a held-out problem. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseRecipe } from '../../src-main/contract/recipe.ts'
import { readTokenizer } from '../../src-main/engine/model/tokenizer.ts'
import { logic } from '../../src-main/engine/rewards/logic/logic.ts'
import type { Example } from '../../src-main/engine/sft/examples.ts'
import { traces } from '../../src-main/engine/sft/traces.ts'
import type { FunctionData } from '../../src-main/engine/tasks/code/functions.ts'
import { isSatisfied, type Sat } from '../../src-main/engine/tasks/logic/sat.ts'
import { evaluationSet, heldOut, trainingSet } from '../../src-main/engine/tasks/sets.ts'

const tokenizer = readTokenizer(join('resources', 'model', 'tokenizer.json'))
const POSITIONS = 256

function tracesOf(task: object, levels: object, count = 300): Example[] {
  const stages = [{ kind: 'grpo', name: 'rl', steps: 1 }]
  return traces(parseRecipe({ name: 'cold', title: 'cold', task, levels, stages }, 'recipe'), count)
}

const parts = (completion: string) => /^<think>(.*)<\/think><answer>(.*)<\/answer>$/.exec(completion)!.slice(1)
const solved = ({ problem, completion }: Example) =>
  logic({ problem, completions: [{ text: completion, finished: true, tokens: 1 }], tokenLimit: 1 })[0].value

/** Every `a+b=c` in the text holds; there is at least one. */
function expectTrue(thinking: string): void {
  const said = [...thinking.matchAll(/(?<![\d*])(\d+)([-+*])(\d+)=(\d+)/g)]
  expect(said.length).toBeGreaterThan(0)
  for (const [all, a, sign, b, c] of said)
    expect(sign === '*' ? +a * +b : sign === '+' ? +a + +b : +a - +b, all).toBe(Number(c))
}

describe('a trace', () => {
  it.each([
    [{ countdown: 1 }, { countdown: [1, 2] }],
    [{ sat: 1 }, { sat: [1, 2] }],
    [{ function: 1 }, { function: [1, 5] }],
    [{ sum: 1, countdown: 1, sat: 1, function: 1 }, {}],
  ])('of %j is in the vocabulary, fits, and is of no held-out problem', (task, levels) => {
    for (const { problem, completion } of tracesOf(task, levels)) {
      const tokens = tokenizer.encode(problem.prompt).length + tokenizer.encode(completion).length + 1
      expect(tokens).toBeLessThanOrEqual(POSITIONS)
      expect(heldOut(problem)).toBe(false)
    }
  })

  it('of countdown tries until it is right, and calculates right', () => {
    const some = tracesOf({ countdown: 1 }, { countdown: [1, 2] })
    for (const example of some) {
      expectTrue(parts(example.completion)[0])
      expect(solved(example)).toBe(1)
    }
    const tries = some.map(({ completion }) => completion.split(';').length)
    expect(Math.max(...tries)).toBe(5)
    expect(Math.min(...tries)).toBe(1)
  })

  it('of satisfiability ends with the assignment; each clause is read to a literal that is true, or whole where none is', () => {
    for (const example of tracesOf({ sat: 1 }, { sat: [1, 2] })) {
      expect(solved(example)).toBe(1)
      const { clauses, variables } = example.problem.data as unknown as Sat
      const looks = parts(example.completion)[0].split(/(?<=\?|ok)/)
      for (const look of looks) {
        const [literals, seen] = look.replace(/\?$|ok$/, '').split(':')
        const values = literals.split(',').map((literal) => Number(literal) > 0)
        expect(values).toHaveLength(variables.length)
        const read = seen.split(';').map((one) => one.split(',').map(Number))
        read.forEach((some, i) => {
          const broken = look.endsWith('?') && i === read.length - 1
          expect(clauses[i].slice(0, some.length)).toEqual(some)
          expect(isSatisfied(some.slice(0, -1), values)).toBe(false)
          expect(isSatisfied(some, values)).toBe(!broken)
          if (broken) expect(some).toEqual(clauses[i])
        })
        if (look.endsWith('ok')) expect(read).toHaveLength(clauses.length)
      }
    }
  })

  it('of a function calculates right, and its expression has the values that are shown', () => {
    for (const { problem, completion } of tracesOf({ function: 1 }, { function: [1, 5] })) {
      const [thinking, answer] = parts(completion)
      expectTrue(thinking)
      expect(answer).toBe(problem.answer)
      const f = Function('so', 'ok', `return ${answer}`)
      const { examples, tests } = problem.data as unknown as FunctionData
      expect(`${examples.map((x) => `${x.join()}:${f(...x)}`).join(';')}=`).toBe(problem.prompt)
      expect(tests.inputs.map((x) => f(...x))).toEqual(tests.outputs)
      // what is shown is not what is tested
      expect(tests.inputs.filter((x) => examples.some((shown) => shown.join() === x.join()))).toEqual([])
    }
  })

  it('is refused where there is none', () => {
    expect(() => tracesOf({ grid: 1 }, {})).toThrow('There are no "traces" of grid at these levels.')
    expect(() => tracesOf({ countdown: 1 }, { countdown: 5 })).toThrow('There are no "traces" of countdown')
  })
})

describe('functions', () => {
  it('that are held out are shown at no other arguments in training either', () => {
    const levels = { function: [1, 5] as [number, number] }
    const seen = (problems: { answer: string }[]) => new Set(problems.map(({ answer }) => answer))
    const trained = seen(trainingSet({ function: 1 }, 1000, 3, levels))
    const asked = seen(evaluationSet({ function: 1 }, 300, levels))
    expect(asked.size).toBeGreaterThan(150)
    expect([...asked].filter((answer) => trained.has(answer))).toEqual([])
  })
})
