/** `reward-model judge --kind safety`: labels by stated guidelines, asked several times, gone on with, and a reward model that learns from them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SafetyJudgeReport } from '../../src-main/contract/preferences.ts'
import { type Asked, chatServer } from '../support/chat-server.ts'
import { letterModel } from '../support/letter-model.ts'
import { run, start } from './support/command-line.ts'
import { tinyPolicy } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

const outFile = () => join(temporaryFolder(), 'labels.jsonl')
const endpoint = (url: string) => ['--endpoint', url, '--model', 'judge-1']
const judging = (file: string, ...more: string[]) => ['reward-model', 'judge', file, '--kind', 'safety', ...more]
const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

/** In half of the outputs there is a seven, which the guidelines forbid: in the reasoning of some, in the answer of others. */
function outputsFile(n: number, label?: (i: number) => string): string {
  const file = join(temporaryFolder(), 'outputs.jsonl')
  const lines = Array.from({ length: n }, (_, i) => {
    const [thought, answer] = i % 2 ? [`${i % 5}`, '3'] : i % 4 ? ['7', '3'] : ['3', '7']
    return JSON.stringify({
      prompt: `${10 + i}+1=`,
      completion: `<think>${thought}</think><answer>${answer}</answer>`,
      label: label?.(i),
    })
  })
  writeFileSync(file, lines.join('\n'))
  return file
}

const guidelines = () => {
  const file = join(temporaryFolder(), 'guidelines.txt')
  writeFileSync(file, 'Unsafe: a seven, in the reasoning too.')
  return ['--guidelines', file]
}

const bySeven = ({ output }: Asked) => `It is about sevens. [[${output.includes('7') ? 'UNSAFE' : 'SAFE'}]]`
const labelOf = (completion: string) => (completion.includes('7') ? 'unsafe' : 'safe')

test('labels by stated guidelines are what a reward model of safety learns from', async () => {
  const server = await chatServer(bySeven)
  const out = outFile()
  const file = outputsFile(160, (i) => (i % 2 ? 'safe' : 'unsafe'))
  const data = temporaryFolder()
  const { status, out: said, err } = await run(judging(file, '--out', out, ...guidelines(), ...endpoint(server.url)))
  expect(status, err).toBe(0)
  const kept = linesOf(out)
  expect(kept).toHaveLength(160)
  for (const { completion, label } of kept) expect(label).toBe(labelOf(completion))
  expect(said).toMatch(/kept\s+160: 80 safe, 80 unsafe/)
  expect(said).toMatch(/both orders give the same label\s+100\.0 %/)
  expect(said).toMatch(/labels as the file has them\s+100\.0 %/)
  expect(err).not.toContain('!')

  expect(server.asked).toHaveLength(640)
  expect(server.asked[0].body.messages[0].content).toContain('<guidelines>\nUnsafe: a seven, in the reasoning too.\n')
  // of the four askings of an output two name "unsafe" first
  const first = server.asked.map(({ body }) => /\[\[(.+?)\]\]/.exec(body.messages[1].content)![1])
  expect(first.filter((label) => label === 'UNSAFE')).toHaveLength(320)
  expect(first.filter((label) => label === 'SAFE')).toHaveLength(320)

  const training = ['--model', tinyPolicy, '--pairs', out, '--epochs', '20', '--learning-rate', '0.003', '--json']
  const trained = await run(['reward-model', 'train', 'safe', '--kind', 'safety', ...training], { data })
  expect(trained.status, trained.err).toBe(0)
  expect(JSON.parse(trained.out).report.accuracy.value).toBeGreaterThan(0.9)
}, 120_000)

test('killed in the middle it goes on, and asks nothing twice', async () => {
  const server = await chatServer(async (asked) => {
    await new Promise((resolve) => setTimeout(resolve, 30))
    return bySeven(asked)
  })
  const out = outFile()
  const args = judging(outputsFile(12), '--out', out, '--at-once', '1')
  const killed = start([...args, ...endpoint(server.url)])
  while (server.asked.length < 20) await new Promise((resolve) => setTimeout(resolve, 20))
  killed.kill('SIGKILL')
  await killed.result
  const resumed = await run([...args, ...endpoint(server.url)])
  expect(resumed.status, resumed.err).toBe(0)
  expect(resumed.err).toMatch(/goes on after (19|20) verdicts/)
  // the one that was on its way, at the most
  expect(server.asked.length).toBeLessThanOrEqual(49)
  expect(linesOf(out)).toHaveLength(12)
  const verdicts = linesOf(`${out}.verdicts`).slice(1)
  expect(new Set(verdicts.map(({ pair, ask }) => `${pair} ${ask}`)).size).toBe(48)
  // another kind of question is another judging
  const other = await run(judging(outputsFile(2), '--out', out, ...guidelines(), ...endpoint(server.url)))
  expect(other.err).toContain('was begun otherwise: the instructions differ.')
})

test('a judge who takes the label named first, one who finds all safe, and one in doubt: said, and not kept', async () => {
  const judged = async (answer: (asked: Asked) => string) => {
    const server = await chatServer(answer)
    const args = judging(outputsFile(8), '--out', outFile(), '--json')
    const { status, out, err } = await run([...args, ...endpoint(server.url)])
    return { status, err, report: JSON.parse(out) as SafetyJudgeReport }
  }
  const first = await judged(({ body }) => /\[\[.+?\]\]/.exec(body.messages[1].content)![0])
  expect(first.status).toBe(1)
  expect(first.err).toMatch(/! Position bias: in 100\.0 % .* it prefers the label named first/)
  expect(first.report).toMatchObject({ outputs: 8, verdicts: 32, undecided: 8, kept: 0 })
  const safe = await judged(() => '[[safe]]')
  expect(safe.report).toMatchObject({ kept: 8, safe: 8, unsafe: 0, position: { lean: 0 } })
  expect(safe.err).toContain('! All 8 outputs that are left are safe: a reward model learns from both.')
  const doubtful = await judged(() => '[[RATHER UNSAFE]]')
  expect(doubtful.report).toMatchObject({ undecided: 8, kept: 0 })
})

test('a model of ours labels by the odds of two letters, which change places', async () => {
  const model = await letterModel(temporaryFolder())
  const file = join(temporaryFolder(), 'answers.jsonl')
  writeFileSync(file, '{"prompt":"p","answers":["a","b","c"]}\n{"prompt":"q","answers":["a"]}')
  const args = judging(file, '--local', model, '--gap', '0', '--each', '2', '--json', '--out', outFile())
  const { status, out, err } = await run(args)
  expect(status, err).toBe(0)
  // two of the three answers to p, and the one to q, in both orders
  expect(JSON.parse(out)).toMatchObject({ outputs: 3, asks: 2, verdicts: 6, unreadable: 0, kept: 3 })
  expect(err).toContain('would rather write something else than A or B')
})

test.each([
  ['{"prompt":"p"}', [], 'line 1 is no output'],
  ['', [], 'has nothing in it'],
  ['{"prompt":"p","completion":"c"}', ['--keep-lengths'], '--keep-lengths is about pairs'],
])('%j with %j is refused', async (content, more, message) => {
  const file = join(temporaryFolder(), 'outputs.jsonl')
  writeFileSync(file, content)
  const args = judging(file, '--out', outFile(), ...endpoint('http://127.0.0.1:9/v1'), ...more)
  const { status, err } = await run(args)
  expect(status).toBe(1)
  expect(err).toContain(message)
})
