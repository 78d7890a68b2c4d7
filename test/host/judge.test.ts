/** `reward-model pairs` and `judge` as commands: against a server on this machine, a model of ours, killed and gone on with, two at once. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JudgeReport } from '../../src-main/contract/preferences.ts'
import { readItems } from '../../src-main/engine/reward-models/data.ts'
import { readDataRows } from '../../src-main/library/data-files.ts'
import { type Asked, chatServer, failure } from '../support/chat-server.ts'
import { letterModel } from '../support/letter-model.ts'
import { run, start } from './support/command-line.ts'
import { tinyPolicy, withOneRun } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

/** Of each prompt a better answer, its number the greater one, and which of the two is longer changes. */
function answersFile(prompts: number): string {
  const file = join(temporaryFolder(), 'answers.jsonl')
  const lines = Array.from({ length: prompts }, (_, i) => {
    const [good, bad] = [`${50 + i}${i % 2 ? ' and more' : ''}`, `${i}${i % 2 ? '' : ' and more'}`]
    return JSON.stringify({ prompt: `Which number? (${i})`, answers: i % 3 ? [good, bad] : [bad, good] })
  })
  writeFileSync(file, lines.join('\n'))
  return file
}

/** As training reads them. */
const preferencesIn = async (file: string) => readItems('helpfulness', (await readDataRows(file)).rows, file)

const worth = (text: string) => Number.parseInt(text, 10)
const honest = ({ a, b }: Asked) => `Numbers matter. [[${worth(a) > worth(b) ? 'A>>B' : 'B>>A'}]]`
const outFile = () => join(temporaryFolder(), 'pairs.jsonl')
const env = { OPENAI_API_KEY: 'sk-secret' }
const endpoint = (url: string) => ['--endpoint', url, '--model', 'judge-1']

test('an honest judge: preferences that training reads, the figures, and nowhere the key', async () => {
  const server = await chatServer(honest)
  const out = outFile()
  const args = ['reward-model', 'judge', answersFile(12), '--out', out, ...endpoint(server.url)]
  const first = await run(args, { env })
  expect(first.status, first.err).toBe(0)
  const kept = await preferencesIn(out)
  expect(kept).toHaveLength(12)
  for (const item of kept) expect('chosen' in item && worth(item.chosen) - worth(item.rejected)).toBe(50)
  expect(first.out).toMatch(/both orders prefer the same answer\s+100\.0 %/)
  expect(first.err).not.toContain('!')
  expect(server.asked).toHaveLength(48)
  expect(server.asked[0].authorization).toBe('Bearer sk-secret')
  const folder = join(out, '..')
  for (const file of readdirSync(folder)) expect(readFileSync(join(folder, file), 'utf8')).not.toContain('sk-secret')
  expect(first.out + first.err).not.toContain('sk-secret')

  // all is said already; another threshold is another selection of it
  const again = await run([...args, '--gap', '5', '--json'], { env })
  expect(again.status).toBe(1)
  expect(server.asked).toHaveLength(48)
  const report = JSON.parse(again.out) as JudgeReport
  expect(report).toMatchObject({ kept: 0, undecided: 12, verdicts: 48 })
  expect(JSON.parse(readFileSync(`${out}.report.json`, 'utf8'))).toEqual(report)
  const other = await run([...args, '--seed', '3'], { env })
  expect(other.status).toBe(1)
  expect(other.err).toContain('was begun otherwise: the seed differs (0 then, 3 now)')
})

test('a judge who takes the first, and one who takes the longer: the report says so', async () => {
  const first = await chatServer(() => '[[A>>B]]')
  const position = await run(['reward-model', 'judge', answersFile(10), '--out', outFile(), ...endpoint(first.url)])
  expect(position.status).toBe(1)
  expect(position.err).toMatch(/! Position bias: in 100\.0 %/)
  const longer = await chatServer(({ a, b }) => (a.length > b.length ? '[[A>>B]]' : '[[B>>A]]'))
  const length = await run([
    ...['reward-model', 'judge', answersFile(10), '--out', outFile(), '--keep-lengths', ...endpoint(longer.url)],
  ])
  expect(length.status, length.err).toBe(0)
  expect(length.err).toMatch(/! Length: the better answer is the longer one in 100\.0 %/)
  expect(length.err).not.toContain('Position bias')
})

test('killed in the middle it goes on, and asks nothing twice', async () => {
  const server = await chatServer(async (asked, response, turn) => {
    if (turn % 5 === 0) return failure(response, 429, 'slow down', { 'retry-after': '0' })
    await new Promise((resolve) => setTimeout(resolve, 30))
    return honest(asked)
  })
  const out = outFile()
  const args = ['reward-model', 'judge', answersFile(15), '--out', out, '--at-once', '1', ...endpoint(server.url)]
  const said = () => readFileSync(`${out}.verdicts`, 'utf8').split('\n').filter(Boolean).length - 1
  const killed = start(args)
  while (!existsSync(`${out}.verdicts`) || said() < 20) await new Promise((resolve) => setTimeout(resolve, 20))
  killed.kill('SIGKILL')
  await killed.result
  const before = said()
  expect(before).toBeLessThan(60)
  expect(existsSync(out)).toBe(false)
  server.asked.length = 0
  const resumed = await run(args)
  expect(resumed.status, resumed.err).toBe(0)
  expect(resumed.err).toContain(`goes on after ${before} verdicts`)
  const busy = Math.floor(server.asked.length / 5)
  expect(server.asked.length - busy).toBeLessThanOrEqual(60 - before + 1)
  const verdicts = readFileSync(`${out}.verdicts`, 'utf8').split('\n').filter(Boolean).slice(1)
  expect(new Set(verdicts.map((line) => JSON.parse(line)).map(({ pair, ask }) => `${pair} ${ask}`)).size).toBe(60)
  expect(await preferencesIn(out)).toHaveLength(14)
})

test('a second process does not ask the same again beside the first', async () => {
  // however long the second takes to start: the first is not done before it has ended
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const server = await chatServer(async (asked) => {
    await held
    return honest(asked)
  })
  const out = outFile()
  const args = ['reward-model', 'judge', answersFile(10), '--out', out, ...endpoint(server.url)]
  const first = start(args)
  while (server.asked.length < 4) await new Promise((resolve) => setTimeout(resolve, 20))
  const second = await run([...args, '--force'])
  goOn()
  expect(second.status).toBe(1)
  expect(second.err).toContain(`Another process is writing ${out}: the two would do the same work twice.`)
  const { status, err } = await first.result
  expect(status, err).toBe(0)
  expect(server.asked).toHaveLength(40)
  expect(
    (await run(['reward-model', 'judge', answersFile(2), '--out', '/no/where', ...endpoint(server.url)])).err,
  ).toContain('Nothing can be written to /no: there is no such folder.')
})

test('Ctrl-C leaves what was said', async () => {
  const server = await chatServer(async (asked) => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return honest(asked)
  })
  const out = outFile()
  const stopped = start(['reward-model', 'judge', answersFile(15), '--out', out, ...endpoint(server.url)])
  while (server.asked.length < 8) await new Promise((resolve) => setTimeout(resolve, 20))
  stopped.kill('SIGINT')
  const { status, err } = await stopped.result
  expect(status).toBe(130)
  expect(err).toContain('The judging was stopped.\n  The same command goes on with what is missing.')
  expect(readFileSync(`${out}.verdicts`, 'utf8').split('\n').length).toBeGreaterThan(4)
})

test('where no server is, that is said', async () => {
  const server = await chatServer(honest)
  await server.close()
  const args = ['reward-model', 'judge', answersFile(2), '--out', outFile(), ...endpoint(server.url)]
  const { status, err } = await run(args)
  expect(status).toBe(1)
  expect(err).toContain(`${server.url} gave no answer: ECONNREFUSED`)
})

test.each([
  [['--endpoint', 'http://127.0.0.1:9/v1'], /It is not said who judges/],
  [['--local', 'embedded', '--model', 'm'], /It is not said who judges/],
  [[], /It is not said who judges/],
  [['--local', 'no/such-model'], /no\/such-model/],
  [['--local', 'embedded', '--guidelines', 'nowhere.txt'], /nowhere\.txt cannot be read: ENOENT/],
])('%j is refused', async (more, message) => {
  const { status, err } = await run(['reward-model', 'judge', answersFile(2), '--out', outFile(), ...more])
  expect(status).toBe(1)
  expect(err).toMatch(message)
})

test('the embedded model cannot read the question, and that is said', async () => {
  const args = ['reward-model', 'judge', answersFile(9), '--out', outFile(), '--local', 'embedded']
  const { status, err } = await run(args)
  expect(status).toBe(1)
  expect(err).toMatch(
    /None of the 8 replies so far holds a verdict\. The last one: .*no token for \\"You are an impart/,
  )
  expect(err).toContain('take a more capable model')
})

test('a model of ours gives odds, which never vary; a poor one is doubted', async () => {
  const model = await letterModel(temporaryFolder())
  const out = outFile()
  const {
    status,
    out: said,
    err,
  } = await run([
    ...[
      'reward-model',
      'judge',
      answersFile(6),
      '--out',
      out,
      '--local',
      model,
      '--gap',
      '0',
      '--keep-lengths',
      '--json',
    ],
  ])
  expect(status, err).toBe(0)
  const report = JSON.parse(said) as JudgeReport
  expect(report).toMatchObject({ pairs: 6, asks: 2, verdicts: 12, unreadable: 0, kept: 6 })
  expect(report.mass).toBeLessThan(0.5)
  expect(err).toContain('would rather write something else than A or B')
  expect(await preferencesIn(out)).toHaveLength(6)

  const written = await run([
    ...[
      'reward-model',
      'judge',
      answersFile(3),
      '--out',
      outFile(),
      '--local',
      model,
      '--written',
      '--max-tokens',
      '4',
    ],
  ])
  expect(written.status).toBe(1)
  expect(written.err).toMatch(/None of the 8 replies so far holds a verdict\. The last one: ".{1,8}"/)
})

test('pairs come from stored samples of a run, or are sampled from a model', async () => {
  const data = await withOneRun({ steps: 3, different: true })
  const out = outFile()
  const stored = await run(['reward-model', 'pairs', '--run', 'last', '--out', out, '--limit', '2'], { data })
  expect(stored.status, stored.err).toBe(0)
  const lines = readFileSync(out, 'utf8').trim().split('\n')
  expect(lines).toHaveLength(2)
  for (const line of lines) expect(new Set(JSON.parse(line).answers).size).toBeGreaterThan(1)
  const none = await run(['reward-model', 'pairs', '--run', 'last', '--out', outFile(), '--from-step', '900'], { data })
  expect(none.err).toContain('has no prompt with two different answers')

  const prompts = join(temporaryFolder(), 'prompts.jsonl')
  writeFileSync(prompts, '{"prompt":"1+2="}\n\n{"prompt":"2+7="}\n')
  const sampling = ['--model', tinyPolicy, '--prompts', prompts, '--answers', '4', '--max-tokens', '12']
  const sampled = await run(['reward-model', 'pairs', '--out', out, ...sampling])
  expect(sampled.status, sampled.err).toBe(0)
  const [first] = readFileSync(out, 'utf8').trim().split('\n')
  expect(JSON.parse(first)).toEqual({ prompt: '1+2=', answers: expect.arrayContaining([expect.any(String)]) })
  expect(JSON.parse(first).answers.length).toBeGreaterThan(1)

  for (const [content, message] of [
    ['{', 'has no prompt in line 1'],
    ['{"prompt":7}', 'has no prompt in line 1'],
    ['', 'has nothing in it'],
  ]) {
    writeFileSync(prompts, content)
    expect((await run(['reward-model', 'pairs', '--out', out, ...sampling])).err).toContain(message)
  }
  for (const more of [[], ['--run', 'last', '--model', 'embedded'], ['--model', 'embedded']])
    expect((await run(['reward-model', 'pairs', '--out', out, ...more])).err).toContain(
      'not said where answers come from',
    )
})

test('sampling that was killed goes on, to the same answers', async () => {
  const prompts = join(temporaryFolder(), 'prompts.jsonl')
  const numbers = Array.from({ length: 64 }, (_, i) => JSON.stringify({ prompt: `${i}+${(i * 7) % 10}=` }))
  writeFileSync(prompts, numbers.join('\n'))
  const sampling = (out: string) => [
    ...['reward-model', 'pairs', '--out', out, '--model', tinyPolicy, '--prompts', prompts],
    ...['--answers', '3', '--max-tokens', '12'],
  ]
  const [whole, broken] = [outFile(), outFile()]
  expect((await run(sampling(whole))).status).toBe(0)
  const killed = start(sampling(broken))
  await killed.shown(/16 of 64 prompts/)
  killed.kill('SIGKILL')
  await killed.result
  expect(existsSync(broken)).toBe(false)
  const again = await run(sampling(broken))
  expect(again.status, again.err).toBe(0)
  expect(again.err).toMatch(/goes on after (16|32|48) prompts/)
  expect(readFileSync(broken, 'utf8')).toBe(readFileSync(whole, 'utf8'))
  expect(readdirSync(join(broken, '..'))).not.toContain('pairs.jsonl.part')

  // what was begun otherwise is not mixed with it
  writeFileSync(`${broken}.part`, '{"model":"other"}\n')
  expect((await run(sampling(broken))).err).toContain('was begun otherwise: the model differs (other then')
  expect((await run([...sampling(broken), '--force'])).status).toBe(0)
})
