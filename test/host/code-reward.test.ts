/** The code reward from an answer's text to its verdict, its programs run. */
import { afterAll, describe, expect, it } from 'vitest'
import { parametersOf } from '../../src-main/contract/rewards.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { code } from '../../src-main/engine/rewards/code/code.ts'
import { judge } from '../../src-main/engine/rewards/score.ts'
import { drawLevelled } from '../../src-main/engine/tasks/families.ts'
import { closeSandbox } from '../../src-main/sandbox/sandbox.ts'

afterAll(closeSandbox)

const doubled = { inputs: ['1\n', '5\n', '-3\n'], outputs: ['2\n', '10\n', '-6\n'] }
const fenced = (program: string, tag = 'python') => `<think>I try.</think>\n\`\`\`${tag}\n${program}\n\`\`\``
const verdicts = (texts: string[], tests: unknown, given: Record<string, number | string> = {}) =>
  code(
    {
      problem: { prompt: '', answer: '', data: { tests } },
      completions: texts.map((text) => ({ text, finished: true, tokens: 0 })),
      tokenLimit: 1000,
    },
    parametersOf('code', { code: given }),
  )

describe('the code reward', () => {
  it('is the share of the tests that pass', async () => {
    const group = await verdicts(
      [
        fenced('print(2 * int(input()))'),
        fenced('print(10)'),
        fenced('console.log(2 * Number(require("fs").readFileSync(0, "utf8")))', 'js'),
        fenced('const n: number = Number(readline()); console.log(n + n)', 'ts'),
        fenced('print(abs(2 * int(input())))', ''),
        fenced('x = int(input())\nprint(x / 0 if x > 4 else 2 * x)', 'py'),
      ],
      doubled,
    )
    expect(group.map(({ value }) => value)).toEqual([1, 1 / 3, 1, 1, 2 / 3, 2 / 3])
    expect(group[0].reason).toBe('3 of 3 tests passed')
    expect(group[1].reason).toBe('1 of 3 tests passed; test 1: 1 gave 10, expected 2')
    expect(group[5].reason).toBe('2 of 3 tests passed; test 2: 5 failed: ZeroDivisionError: division by zero (line 2)')
    expect(group[5].parts).toEqual({
      ...{ passed: 2, tests: 3, language: 'python', test: 2, input: '5\n', expected: '10\n' },
      got: 'ZeroDivisionError: division by zero (line 2)',
    })
  })

  it('is all or nothing if that is asked for', async () => {
    const [half, all] = await verdicts([fenced('print(2)'), fenced('print(2 * int(input()))')], doubled, {
      credit: 'all',
    })
    expect([half.value, all.value]).toEqual([0, 1])
  })

  it('calls functions', async () => {
    const tests = {
      fn_name: 'merge',
      inputs: [
        [[1, 3], [2]],
        [[], []],
      ],
      outputs: [[1, 2, 3], [[]]],
    }
    const group = await verdicts(
      [
        fenced('class Solution:\n  def merge(self, a: List[int], b: List[int]):\n    return sorted(a + b)'),
        fenced('function merge(a: number[], b: number[]) { return [...a, ...b].sort((x, y) => x - y) }', 'typescript'),
        fenced('def merge(a, b): return tuple(sorted(a + b))'),
        fenced(
          'class Yes(list):\n  def __eq__(self, o): return True\n  __len__ = lambda s: 3\ndef merge(a, b): return Yes()',
        ),
        fenced('def merge(a, b): print([1, 2, 3])'),
        fenced('def other(): pass'),
      ],
      tests,
    )
    expect(group.map(({ value }) => value)).toEqual([1, 1, 1, 0, 0, 0])
    expect(group[5].reason).toContain('the program has no function merge')
  })

  it('says what does not compile, and runs it once', async () => {
    const [wrong] = await verdicts([fenced('def f(:\n  pass')], doubled)
    expect(wrong).toMatchObject({ value: 0, reason: 'SyntaxError: invalid syntax (line 1)' })
  })

  it('gives a program that hangs two tests of time, not all', async () => {
    const tests = { inputs: Array(100).fill('1'), outputs: Array(100).fill('2') }
    const started = performance.now()
    const [hung] = await verdicts([fenced('while True: pass')], tests, { seconds: 0.2 })
    expect(hung.value).toBe(0)
    expect(hung.reason).toBe('0 of 100 tests passed; test 1: 1 failed: took more than 0.2 s (line 1)')
    expect(performance.now() - started).toBeLessThan(30_000)
  })

  it('keeps the expected values out of reach', async () => {
    const search = `
import gc, sys
needle = 'secret-' + str(4700 + 11)
texts = []
frame = sys._getframe()
while frame:
    texts += [repr(frame.f_locals), repr(frame.f_code.co_consts)]
    frame = frame.f_back
for o in gc.get_objects():
    if o is not texts and type(o) in (dict, list, tuple): texts += [v for v in (o.values() if type(o) is dict else o) if type(v) is str]
hits = [t for t in texts if needle in t and t is not needle and 'needle' not in t]
print(hits[0] if hits else 'nothing')`
    const [verdict] = await verdicts([fenced(search)], { inputs: ['x'], outputs: ['secret-4711'] })
    expect(verdict).toMatchObject({ value: 0, parts: { got: 'nothing' } })
  })

  it('is not impressed by what is written after the end, or forged', async () => {
    const group = await verdicts(
      [
        fenced('import sys\nprint(3)\nsys.exit(0)\nprint(2)'),
        fenced('import threading\nthreading.Timer(0, print, [2]).start()'),
        fenced('class E(str):\n  def __eq__(self, o): return True\nprint(E("7"))'),
        fenced('process.exit(0); console.log(2)', 'js'),
        fenced('String.prototype.trim = () => "2"; Array.prototype.every = () => true; console.log(7)', 'js'),
        fenced('import json\njson.dumps = lambda *a: \'{"end":"done","message":"","stdout":"2"}\'\nprint(7)'),
      ],
      { inputs: ['1'], outputs: ['2'] },
    )
    expect(group.map(({ value }) => value)).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('has no verdict where the problem has no tests that can be read', async () => {
    for (const tests of [
      undefined,
      {},
      '{',
      { inputs: ['1'], outputs: [] },
      [],
      [{ input: '1' }],
      { inputs: [1n], outputs: ['1'] },
    ]) {
      const [{ value, reason }] = await verdicts([fenced('print(1)')], tests)
      expect(value, reason).toBeNull()
    }
  })

  it('comes out the same every time, whoever else runs', async () => {
    const programs = [1, 2, 3, 4, 5, 6].map((n) =>
      fenced(`import random\nprint(int(input()) * ${n} + (random.random() > 0.5))`),
    )
    const first = await verdicts(programs, doubled)
    closeSandbox()
    expect(await verdicts([...programs].reverse(), doubled)).toEqual([...first].reverse())
  })
})

describe('a length reward on problems with tests', () => {
  const group = {
    problem: { prompt: '', answer: '', data: { tests: doubled } },
    completions: [fenced('print(2 * int(input()))'), fenced('print(0)')].flatMap((text) =>
      [10, 20].map((tokens) => ({ text, finished: true, tokens })),
    ),
    tokenLimit: 100,
  }

  it('takes their word for what is right, whichever reward it names', async () => {
    for (const correctness of ['code', 'math'])
      expect((await judge('kimi_length', group, { kimi_length: { correctness } })).map(({ value }) => value)).toEqual([
        0.5, -0.5, 0, -0.5,
      ])
    const [short] = await judge('cosine_length', group)
    expect(short.reason).toBe('right, 10 of 100 tokens')
  })

  it('has no verdict where there are no tests to ask', async () => {
    const asked = { ...group, problem: { prompt: '', answer: '4' } }
    const verdicts = await judge('kimi_length', asked, { kimi_length: { correctness: 'code' } })
    expect(verdicts.map(({ value }) => value)).toEqual([null, null, null, null])
  })
})

describe('a function from examples', () => {
  it('is right as an expression, as a program, and in part', async () => {
    const problem = drawLevelled(randomAt(0, 'test'), 'function', 1)
    const [a, c] = problem.answer.split('*so')
    const texts = [
      `<answer>${problem.answer}</answer>`,
      `\`\`\`js\nconst f = (x) => x * ${a} ${c}\n\`\`\``,
      `<answer>${a}*so</answer>`,
      `<answer>so*</answer>`,
    ]
    const completions = texts.map((text) => ({ text, finished: true, tokens: 9 }))
    const verdicts = await code({ problem, completions, tokenLimit: 64 }, parametersOf('code'))
    expect(verdicts.map(({ value }) => value)).toEqual([1, 1, 0, 0])
    expect(verdicts[3].reason).toContain('SyntaxError')
  })
})
