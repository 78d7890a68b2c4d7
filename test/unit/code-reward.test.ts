/** The parts of the code reward that run nothing: the program in a text, the tests of a problem, what counts as equal. */
import { describe, expect, it } from 'vitest'
import { sameText, sameValue } from '../../src-main/engine/rewards/code/compare.ts'
import { fencedProgram } from '../../src-main/engine/rewards/code/fence.ts'
import { programOf } from '../../src-main/engine/rewards/code/frame.ts'
import { testCases } from '../../src-main/engine/rewards/code/tests.ts'

describe('the program of an answer', () => {
  const found = (text: string) => fencedProgram(text, 'python')

  it('is the last fenced block outside the thinking', () => {
    const text =
      '<think>```python\nprint(0)\n```</think>First:\n```python\nprint(1)\n```\nthen\n```js\nprint(2)\n```\nthat is it'
    expect(found(text)).toEqual({ code: 'print(2)', language: 'javascript' })
    expect(found('<think>x</think><answer>```ts\nlet a\n```</answer>')).toEqual({
      code: 'let a',
      language: 'typescript',
    })
    expect(found('~~~\nprint("```")\n~~~')).toEqual({ code: 'print("```")', language: 'python' })
    expect(found('````md\n```py\nx\n```\n````')).toEqual({ problem: 'md is not run here' })
  })

  it.each([
    ['<think>```python\nprint(1)\n```', 'no closing </think>'],
    ['<think>```python\nprint(1)\n```</think> done', 'no fenced program after the thinking'],
    ['```python\nprint(1)', 'the last fence is not closed'],
    ['```python\n```', 'the fence is empty'],
    ['```cpp\nint main() {}\n```', 'cpp is not run here'],
    ['print(1)', 'no fenced program after the thinking'],
  ])('%j: %s', (text, problem) => {
    expect(found(text)).toEqual({ problem })
  })
})

describe('an answer that completes a program', () => {
  const data = { frame: { language: 'python', before: 'def f(x):\n    return ', after: '\n' } }
  const found = (text: string, given: object = data) => programOf(text, given as never, 'javascript')

  it('is put into the frame of the problem, unless it brings a program of its own', () => {
    const whole = { language: 'python', code: 'def f(x):\n    return 3*x+2\n' }
    expect(found('<think>3*x</think><answer> 3*x+2 </answer>')).toEqual(whole)
    expect(found('<answer>```python\ndef f(x): return 1\n```</answer>')).toEqual({
      language: 'python',
      code: 'def f(x): return 1',
    })
  })

  it.each([
    ['3*x+2', 'no <answer> after the thinking'],
    ['<answer> </answer>', 'the answer is empty'],
    ['<think><answer>3*x</answer>', 'no closing </think>'],
  ])('%j is none: %s', (text, problem) => {
    expect(found(text)).toEqual({ problem })
  })

  it('needs a frame that can be read', () => {
    expect(found('<answer>3*x</answer>', { frame: { language: 'cobol', before: '', after: '' } })).toEqual({
      problem: 'no fenced program after the thinking',
    })
  })
})

describe('the tests of a problem', () => {
  it('are read in the shapes of data sets', () => {
    const two = [
      { kind: 'program', stdin: '1\n', expected: '2' },
      { kind: 'program', stdin: '3', expected: '4' },
    ]
    const columns = { inputs: ['1\n', '3'], outputs: ['2', '4'] }
    expect(testCases({ tests: columns })).toEqual(two)
    expect(testCases({ tests: JSON.stringify(columns) })).toEqual(two)
    expect(testCases({ input_output: JSON.stringify(columns) })).toEqual(two)
    const rows = [
      { input: '1\n', output: '2', type: 'stdin_stdout' },
      { input: '3', output: '4', fn_name: null },
    ]
    expect(testCases({ tests: rows })).toEqual(two)
    expect(testCases({ tests: { inputs: [['a', 'b']], outputs: [['c']] } })).toEqual([
      { kind: 'program', stdin: 'a\nb', expected: 'c' },
    ])
    expect(testCases({ tests: { fn_name: 'f', inputs: [[[1], 2]], outputs: [[3]] } })).toEqual([
      { kind: 'call', name: 'f', arguments: [[1], 2], expected: [3], also: 3 },
    ])
    expect(testCases({ tests: [{ fn_name: 'f', input: '[1]\n"a"', output: '{"b": 1}' }] })).toEqual([
      { kind: 'call', name: 'f', arguments: [[1], 'a'], expected: { b: 1 } },
    ])
  })

  it.each([
    [undefined, 'the problem has no tests'],
    [{ tests: [] }, 'the problem has no tests'],
    [{ tests: '{' }, 'the problem’s tests cannot be read'],
    [{ tests: { inputs: ['1'], outputs: [] } }, '1 inputs, but 0 outputs'],
    [{ tests: [{ input: '1' }] }, 'a test has no input or no output'],
    [{ tests: { fn_name: 'f', inputs: [5], outputs: [1] } }, 'the arguments are no list'],
    [{ tests: 7 }, 'they have no inputs or no outputs'],
  ])('%j: %s', (data, problem) => {
    expect(String(testCases(data)).replace("'", '’')).toContain(problem)
  })
})

describe('what counts as equal', () => {
  it.each([
    ['1 2\n3\n', '1 2\n3', true],
    ['  1   2  \n\n3', '1 2\n3', true],
    ['1 2 3', '1 2\n3', false],
    ['0.3333333', '0.33333333', true],
    ['.5', '0.50', true],
    ['0.33', '0.34', false],
    ['10', '10.0', true],
    ['10.0', '10', false],
    ['1e3', '1000.0', true],
    ['12345678901234567891', '12345678901234567890', false],
    ['yes', 'YES', false],
    ['', '', true],
    ['nan', 'nan', true],
    ['NaN', '1.0', false],
  ])('%j and %j: %s', (got, expected, same) => {
    expect(sameText(got, expected)).toBe(same)
  })

  it.each([
    [1, 1, true],
    [1, true, false],
    [0.1 + 0.2, 0.3, true],
    [1_000_000, 1_000_001, false],
    [1.0000001, 1, true],
    ['1', 1, false],
    [[1, [2]], [1, [2]], true],
    [[1], { 0: 1 }, false],
    [{ a: 1, b: null }, { b: null, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, toString: 1 }, { a: 1, b: 1 }, false],
    [null, {}, false],
    [null, null, true],
  ])('%j and %j: %s', (got, expected, same) => {
    expect(sameValue(got, expected)).toBe(same)
    expect(sameValue(expected, got)).toBe(same)
  })
})
