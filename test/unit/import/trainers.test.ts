/** What TRL, verl and TensorBoard really left on a disk (test/fixtures/imports), and the same when it is damaged. */
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type Report, reportSchema } from '../../../src-main/contract/ingest.ts'
import { crc32c } from '../../../src-main/import/crc32c.ts'
import { ourNames } from '../../../src-main/import/metric-names.ts'
import { unpickle } from '../../../src-main/import/pickle.ts'
import { formatOf, openSource, wholePath } from '../../../src-main/import/recognise.ts'
import type { Source } from '../../../src-main/import/source.ts'
import { temporaryFolder } from '../../host/support/temporary.ts'

const fixtures = fileURLToPath(new URL('../../fixtures/imports', import.meta.url))

function copyOf(name: string): string {
  const folder = join(temporaryFolder(), name)
  cpSync(join(fixtures, name), folder, { recursive: true })
  return folder
}

const open = (path: string, map = {}): Promise<Source> =>
  openSource({ path, as: formatOf(path) as 'trl', map, exact: false })

async function all(source: Source) {
  const reports: Report[] = []
  let bytes = 0
  for await (const report of source.reports((more) => (bytes += more))) reports.push(reportSchema.parse(report))
  return { reports, bytes }
}
const read = async (path: string, map = {}) => (await all(await open(path, map))).reports
const of = <K extends Report['kind']>(reports: readonly Report[], kind: K) =>
  reports.filter((report): report is Extract<Report, { kind: K }> => report.kind === kind)

describe('a folder of TRL', () => {
  test('is read whole: completions by group, the log, arguments, checkpoints', async () => {
    const source = await open(join(fixtures, 'trl'))
    expect(source).toMatchObject({
      format: 'trl',
      opening: {
        source: { engine: 'trl', version: '1.16.0' },
        seed: 1,
        totalSteps: 6,
        settings: { temperature: 1.2, beta: 0.04, learningRate: 0.001, groupSize: 4, maxCompletionTokens: 8 },
        rewards: [
          { name: 'accuracy', weight: 1 },
          { name: 'brevity', weight: 0.5 },
        ],
        config: { loss_type: 'dapo', num_generations: 4, lr_scheduler_type: 'linear' },
      },
    })
    expect(Object.keys(source.opening.config).filter((name) => name.includes('token'))).not.toContain('hub_token')
    const { reports, bytes } = await all(source)
    expect(bytes).toBe(source.files.reduce((sum, file) => sum + file.bytes, 0))
    expect(of(reports, 'step').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6])
    const [first] = of(reports, 'group')
    expect(first).toMatchObject({ step: 1, group: 0, prompt: '3+6=' })
    expect(first.completions).toHaveLength(4)
    expect(first.completions[1]).toMatchObject({
      text: '<answer>38</answer>',
      tokens: null,
      finishReason: null,
      parts: { accuracy: { value: 0, weight: 1 }, brevity: { weight: 0.5 } },
    })
    expect(first.completions[1].reward).toBeCloseTo(-1.58333 / 2, 4)
    expect(first.completions[1].advantage).toBeCloseTo(0.865846, 5)
    const [{ metrics, seconds }] = of(reports, 'step')
    expect(metrics).toMatchObject({ reward: expect.closeTo(-1.21354, 4), num_tokens: 85, kl: 0 })
    expect(metrics['seconds/step']).toBe(seconds)
    expect(of(reports, 'checkpoint')).toMatchObject([{ step: 6 }])
    expect(reports.at(-1)).toMatchObject({ kind: 'status', status: 'finished', step: 6 })
  })

  test('has the completions of an evaluation where TRL wrote them over those of the step: they are left out', async () => {
    const reports = await read(join(fixtures, 'trl'))
    expect(new Set(of(reports, 'group').map(({ step }) => step))).toEqual(new Set([1, 2, 3, 5]))
    expect(of(reports, 'event')).toMatchObject([{ message: expect.stringContaining('of steps 4, 6') }])
    expect(of(reports, 'evaluation').map(({ step }) => step)).toEqual([4, 6])
    expect(of(reports, 'evaluation')[0].metrics).toHaveProperty('eval_reward')
  })

  test('may have completions alone: what they tell of a step is worked out, and the same twice is told once', async () => {
    const folder = copyOf('trl')
    for (const name of ['checkpoint-6', 'runs', 'README.md']) rmSync(join(folder, name), { recursive: true })
    for (const step of [4, 5, 6]) rmSync(join(folder, 'completions', `completions_0000${step}.parquet`))
    cpSync(join(folder, 'completions/completions_00003.parquet'), join(folder, 'completions/completions_00004.parquet'))
    const reports = await read(folder)
    expect(of(reports, 'group').map(({ step, completions }) => [step, completions.length])).toEqual([
      [1, 4],
      [1, 4],
      [2, 4],
      [2, 4],
      [3, 4],
      [3, 4],
    ])
    const [{ metrics }] = of(reports, 'step')
    // as its own log has them, with weights of 1
    expect(metrics['rewards/brevity/mean']).toBeCloseTo(-2.42708, 4)
    expect(metrics['rewards/brevity/std']).toBeCloseTo(0.85963, 4)
    expect(of(reports, 'event')[0].message).toContain('more than once on the same completions: of step 4')
    expect(reports.at(-1)).toMatchObject({ status: 'stopped' })
  })

  test('without arguments asks for weights that lead to the logged reward', async () => {
    const folder = copyOf('trl')
    rmSync(join(folder, 'checkpoint-6/training_args.bin'))
    await expect(read(folder)).rejects.toMatchObject({
      message: expect.stringMatching(/completions_00001.parquet is -2.427, and the log of step 1 says -1.214/),
      hint: 'Say which: --map weight.accuracy=1 --map weight.brevity=1',
    })
    expect(of(await read(folder, { 'weight.brevity': '0.5' }), 'group')).toHaveLength(8)
    await expect(open(folder, { step: 'x' })).rejects.toThrow('The mapping says step=x')
  })

  test.each([
    ['checkpoint-6/trainer_state.json', '{"global_step": 6', /trainer_state.json is no whole JSON/],
    ['checkpoint-6/trainer_state.json', '{"a": 1}', /has no "global_step" and "log_history"/],
    ['completions/completions_00002.parquet', 'PAR1 broken', /completions_00002.parquet is no whole Parquet file/],
  ])('with a broken %s is refused by its name', async (file, text, message) => {
    const folder = copyOf('trl')
    writeFileSync(join(folder, file), text)
    await expect(read(folder)).rejects.toThrow(message)
  })

  test('is found from what lies in it', () => {
    const part = join(fixtures, 'trl/completions/completions_00001.parquet')
    expect(wholePath(part)).toBe(join(fixtures, 'trl'))
    expect(wholePath(join(fixtures, 'trl/checkpoint-6/trainer_state.json'))).toBe(join(fixtures, 'trl/checkpoint-6'))
  })
})

describe('folders of verl', () => {
  test('are read together: rollouts, validations, the file logger, TensorBoard', async () => {
    const source = await open(join(fixtures, 'verl'))
    expect(source.sentences).toEqual([
      'rollouts of 3 steps (1.jsonl to 10.jsonl)',
      'validations of 1 step (10.jsonl to 10.jsonl)',
      'metrics (metrics.jsonl)',
      '1 event file of TensorBoard',
    ])
    const { reports } = await all(source)
    expect(of(reports, 'step').map(({ step }) => step)).toEqual([1, 2, 10])
    // shuffled over workers, and groups again
    expect(of(reports, 'group').map(({ completions }) => completions.length)).toEqual([4, 4, 4, 4, 4, 4])
    const [group] = of(reports, 'group')
    expect(group.answer).toBe(String(group.prompt.split('+').reduce((sum, part) => sum + Number.parseInt(part, 10), 0)))
    expect(group.completions[0].parts).toMatchObject({
      score: { weight: 1 },
      acc: { weight: 0 },
      format: { weight: 0 },
    })
    expect(of(reports, 'step')[1].metrics).toMatchObject({
      entropy: 2.9,
      kl: 0.002,
      grad_norm: null,
      learning_rate: 1e-6,
      'actor/pg_loss': 0.02,
      'seconds/step': 12.5,
    })
    expect(of(reports, 'evaluation')).toMatchObject([{ step: 10, accuracy: 0.5, prompts: 2 }])
  })

  test('tell where a line is broken, or is none of a rollout', async () => {
    const folder = copyOf('verl')
    const file = join(folder, 'rollouts/2.jsonl')
    const whole = readFileSync(file, 'utf8')
    appendFileSync(file, '{"input": "cut o')
    await expect(read(folder)).rejects.toThrow(/Line 9 of .*rollouts\/2.jsonl is no JSON: \{"input": "cut o/)
    writeFileSync(file, `${whole}{"input": "a", "output": "b"}\n`)
    await expect(read(folder)).rejects.toThrow(/Line 9 of .*2.jsonl has no "score"/)
    writeFileSync(file, whole.replace('"score": 0.0', '"score": "high"'))
    await expect(read(folder)).rejects.toThrow(/Line 1 of .*2.jsonl has a score that is no number: "high"/)
    writeFileSync(file, whole.replace('"score": 0.0', '"score": NaN'))
    expect(of(await read(folder), 'group')[2].completions[0].reward).toBeNull()
  })

  test('of several runs are not mixed', async () => {
    const folder = copyOf('verl')
    cpSync(join(folder, 'rollouts'), join(folder, 'others'), { recursive: true })
    await expect(read(folder)).rejects.toThrow('holds dumps of several runs: others, rollouts')
    expect(of(await read(join(folder, 'others')), 'group')).toHaveLength(6)
  })
})

describe('event files of TensorBoard', () => {
  const folder = join(fixtures, 'tensorboard')

  test('of a run that was resumed are one run; values of both kinds are read, texts are not', async () => {
    const reports = await read(folder)
    const steps = of(reports, 'step')
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    const rewards = steps.map(({ metrics }) => metrics.reward)
    for (const [i, reward] of [0.1, 0.2, 0.3, 0.4, 1.5, 1.6, 1.7, 1.8].entries())
      expect(rewards[i]).toBeCloseTo(reward, 6)
    expect(steps[0]).toMatchObject({ at: '2023-11-14T22:13:21.000Z', metrics: { 'my/own': null } })
    expect(steps[0].metrics.kl).toBeCloseTo(0.001, 6)
    expect(of(reports, 'evaluation')).toMatchObject([{ step: 6 }, { step: 8, metrics: { eval_reward: 1.5 } }])
  })

  test('that end inside a record are read up to there, and say so', async () => {
    const copy = copyOf('tensorboard')
    const [first] = readdirSync(copy).sort()
    const bytes = readFileSync(join(copy, first))
    writeFileSync(join(copy, first), bytes.subarray(0, bytes.length - 5))
    const cut = of(await read(copy), 'event')
    expect(cut).toMatchObject([{ level: 'warning' }])
    expect(cut[0].message).toMatch(/^events.out.tfevents.1700000000.machine.1.0: it ends inside a record at byte \d+/)
    bytes[200] ^= 255
    writeFileSync(join(copy, first), bytes)
    expect(of(await read(copy), 'event')[0].message).toContain('a record is damaged at byte')
  })

  test('without a scalar are refused', async () => {
    const empty = join(temporaryFolder(), 'events.out.tfevents.1.x.0')
    writeFileSync(empty, '')
    await expect(read(empty)).rejects.toThrow('events.out.tfevents.1.x.0: no scalar was found')
    await expect(open(empty, { step: 'x' })).rejects.toThrow('event files need none')
  })

  test('have check sums as RFC 3720 gives them', () => {
    expect(crc32c(Buffer.alloc(32)).toString(16)).toBe('8a9136aa')
    expect(crc32c(Buffer.alloc(32, 255)).toString(16)).toBe('62a8ab43')
  })
})

test('what is no run says what was looked for, and where there is one', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'out'))
  cpSync(join(fixtures, 'trl'), join(folder, 'out/trl'), { recursive: true })
  writeFileSync(join(folder, 'out/log.csv'), 'step\n1\n')
  const refusal = () => formatOf(join(folder, 'out'))
  expect(refusal).toThrow(/out holds no run that can be imported/)
  try {
    refusal()
  } catch (error) {
    expect((error as { hint: string }).hint).toMatch(
      /completions_\*.parquet.*STEP.jsonl.*There is one in trl.*out\/log.csv/s,
    )
  }
  expect(() => formatOf(join(folder, 'nowhere'))).toThrow('There is no file or folder')
  writeFileSync(join(folder, 'notes.txt'), '')
  expect(() => formatOf(join(folder, 'notes.txt'))).toThrow('notes.txt is no file that a run is imported from')
})

test('names that mean the same become ours, and never two of them', () => {
  const names = ourNames(['critic/score/mean', 'train/reward', 'eval/reward', 'actor/kl_loss', 'my/own'])
  expect(Object.fromEntries([...names].map(([tag, { family, name }]) => [tag, `${family} ${name}`]))).toEqual({
    'train/reward': 'metric reward',
    'critic/score/mean': 'metric critic/score/mean',
    'eval/reward': 'evaluation eval_reward',
    'actor/kl_loss': 'metric kl',
    'my/own': 'metric my/own',
  })
})

test('a pickle is read as data: nothing of it is called', () => {
  // os.system('echo'), as python -m pickle would call it
  const evil = Buffer.from('\x80\x02cos\nsystem\nX\x04\x00\x00\x00echo\x85R.', 'latin1')
  expect(unpickle(evil)).toBe('echo')
  expect(() => unpickle(Buffer.from('\x80\x02cos', 'latin1'))).toThrow('ends too early')
})
