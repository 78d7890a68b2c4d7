/** The command line as a person or a script uses it: a process of its own, its two streams and its exit status. */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { makeProgram } from '../../src-main/cli/program.ts'
import type { RunSummary } from '../../src-main/contract/records.ts'
import { run, start } from './support/command-line.ts'
import { openHost, tinyPolicy, tinyRecipe, withOneRun } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

function recipeFile(more: Record<string, unknown> = {}): string {
  const file = join(temporaryFolder(), 'recipe.json')
  writeFileSync(file, JSON.stringify(tinyRecipe(more)))
  return file
}

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('help', () => {
  const verbs = [
    'run',
    'serve',
    'estimate',
    'presets',
    'resume',
    'fork',
    'roll-back',
    'queue',
    'sweep',
    'clusters',
    'jobs',
    'runs',
    'mark',
    'delete',
    'restore',
    'empty-bin',
    'texts',
    'show',
    'report',
    'export',
    'import',
    'export-model',
    'generate',
    'evaluate',
    'compare',
    'logprobs',
    'score',
    'reward-model',
    'preferences',
    'models',
    'verify',
    'doctor',
  ]

  test('lists every verb; each has a help with examples and takes --json', async () => {
    const program = makeProgram()
    expect(program.commands.map((command) => command.name())).toEqual(verbs)
    for (const command of program.commands) {
      let help = ''
      command.configureOutput({ writeOut: (text) => (help += text) }).exitOverride(() => {})
      command.outputHelp()
      expect(help).toContain('Examples:')
      expect(help).toContain('--json')
    }
    const { status, out, err } = await run(['--help'])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    for (const verb of verbs) expect(out).toContain(`\n  ${verb} `)
    expect((await run(['run', '--help'])).out).toContain('--set <key=value>')
  })

  test.each([
    [['run'], /missing required argument 'recipe'/],
    [['run', 'x', '--steps', '0'], /'0' is invalid. It must be a whole number between 1 and/],
    [['serve', '--port', '99999'], /between 0 and 65535/],
    [['export', 'last', '--format', 'xml', '--out', 'x'], /Allowed choices are csv, jsonl, parquet/],
    [['export', 'last'], /required option '--out <dir>' not specified/],
    [['export-model', 'last', '--out', 'x', '--format', 'pt'], /Allowed choices are hf, peft, gguf/],
    [['export-model', 'last', '--out', 'x', '--step', '-1'], /must be a whole number between 0/],
    [['generate', '--model', 'embedded'], /required option '--prompt <text>'/],
    [['generate', '--model', 'm', '--prompt', 'p', '--temperature', 'hot'], /between 0 and 5/],
  ])('%j is not understood', async (args, message) => {
    const program = makeProgram()
    for (const command of [program, ...program.commands]) command.exitOverride().configureOutput({ writeErr: () => {} })
    await expect(program.parseAsync(args, { from: 'user' })).rejects.toThrow(message)
  })

  test('what is not understood ends with status 2, on stderr', async () => {
    const { status, out, err } = await run(['xyzzy'])
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(/unknown command 'xyzzy'\n.*--help/)
  })
})

describe('run', () => {
  test('--json prints one object a step and a summary last; the rest goes to stderr', async () => {
    const data = temporaryFolder()
    const args = ['run', recipeFile(), '--json', '--seed', '9', '--set', 'temperature=0.9', '--steps', '8']
    const { status, out, err } = await run(args, { data })
    expect(status).toBe(0)
    const objects = lines(out)
    expect(objects.map((o) => o.type)).toEqual([...Array(8).fill('step'), 'summary'])
    expect(objects[3]).toMatchObject({ step: 4, stage: 0, settings: { temperature: 0.9 } })
    expect(objects[3].metrics.reward).toBeTypeOf('number')
    expect(objects[7].stage).toBe(1)
    const summary = objects.at(-1)
    expect(summary.run).toMatchObject({ number: 1, status: 'finished', step: 8, totalSteps: 8, seed: 9 })
    expect(summary.evaluations.map((e: { step: number }) => e.step)).toEqual([0, 7, 8])
    expect(err).toMatch(/run #1 A tiny run: running on \w+/)
    expect(err).toMatch(/step \d\/8/)
    expect(existsSync(join(data, 'lock.json'))).toBe(false)
  })

  test('Ctrl-C pauses at a checkpoint, says how to go on, and resume does', async () => {
    const data = temporaryFolder()
    const stages = [{ kind: 'grpo', name: 'a', steps: 60 }]
    const first = start(['run', recipeFile({ stages })], { data })
    await first.shown(/step [1-9]\d*\/60/)
    first.kill('SIGINT')
    const { status, out, err } = await first.result
    expect(status).toBe(130)
    expect(out).toMatch(/run #1 A tiny run: interrupted after \d+ steps/)
    expect(err).toMatch(/To go on: grpo-studio resume 1/)
    const before = lines((await run(['show', '1', '--json'], { data })).out)[0]
    expect(before).toMatchObject({
      status: 'interrupted',
      checkpoints: expect.arrayContaining([expect.objectContaining({ step: before.step })]),
    })

    const resumed = await run(['resume', 'last', '--json'], { data })
    expect(resumed.status).toBe(0)
    const objects = lines(resumed.out)
    expect(objects[0]).toMatchObject({ type: 'step', step: before.step + 1 })
    expect(objects.at(-1).run).toMatchObject({ status: 'finished', step: 60 })
    expect((await run(['resume', 'last'], { data })).err).toContain('Run #1 is finished: there is nothing left to do.')
  })

  test('a run that fails ends with status 1 and its reason', async () => {
    const { status, out, err } = await run(['run', recipeFile({ model: '/nowhere' }), '--json'])
    expect(status).toBe(1)
    expect(lines(out)).toMatchObject([{ type: 'summary', run: { status: 'failed', error: { code: 'bad-model' } } }])
    expect(err).toContain('/nowhere')
  })

  test('an error is a sentence and a way out; with --json an object, on stderr either way', async () => {
    const plain = await run(['run', 'no-such-recipe'])
    expect(plain).toMatchObject({ status: 1, out: '' })
    expect(plain.err).toMatch(
      /^grpo-studio: There is no recipe "no-such-recipe".*\n {2}Shipped recipes: .*r1-zero-mini/,
    )
    const json = await run(['run', recipeFile(), '--set', 'temperature=-1', '--json'])
    expect(json).toMatchObject({ status: 1, out: '' })
    expect(lines(json.err)).toMatchObject([
      { error: { code: 'bad-recipe', message: expect.stringContaining('it is -1') } },
    ])
  })

  test('a second app on the same data folder is told who has it', async () => {
    const data = await withOneRun()
    openHost({ dataFolder: data })
    const { status, err } = await run(['run', recipeFile()], { data })
    expect(status).toBe(1)
    expect(err).toContain(`The data folder ${data} is already in use by process ${process.pid} (test`)
    expect(err).toMatch(/choose another data folder with --data DIR/)
    // Looking is allowed meanwhile.
    expect((await run(['runs'], { data })).out).toContain('#1')
  })
})

describe('looking back', () => {
  test('runs lists, show tells, export writes; with --json as data', async () => {
    const data = await withOneRun()
    const list = await run(['runs'], { data })
    expect(list).toMatchObject({ status: 0, err: '' })
    expect(list.out).toMatch(/^run +name +status .*\n#1 +A test +finished +3 +3 +first/)
    const [runs] = lines((await run(['runs', '--json'], { data })).out) as [RunSummary[]]
    expect(runs).toMatchObject([{ number: 1, status: 'finished', step: 3 }])

    const shown = await run(['show', '#1'], { data })
    expect(shown.status).toBe(0)
    for (const part of [
      'run #1 A test',
      'stages',
      'temperature: 1',
      'metrics of step 3',
      'held-out evaluations',
      'checkpoints',
    ]) {
      expect(shown.out).toContain(part)
    }
    const [detail] = lines((await run(['show', 'last', '--json'], { data })).out)
    expect(detail).toMatchObject({ id: runs[0].id, evaluations: [{ step: 0 }], events: [], alerts: [] })
    expect(detail.metrics.reward).toBeTypeOf('number')
    expect(await run(['show', '7'], { data })).toMatchObject({
      status: 1,
      err: expect.stringContaining('There is no run "7".'),
    })
  })

  test('export writes every record, as CSV that quotes, as JSON lines, and as Parquet with types', async () => {
    const data = await withOneRun()
    const out = temporaryFolder()
    const csv = await run(['export', 'last', '--out', out], { data })
    expect(csv.status).toBe(0)
    expect(readdirSync(out).sort()).toEqual(
      [
        'alerts',
        'checkpoints',
        'completions',
        'evaluation-samples',
        'evaluations',
        'problems',
        'run',
        'stages',
        'steering',
        'steps',
      ].map((n) => `${n}.csv`),
    )
    expect(csv.out).toContain(`${join(out, 'completions.csv')}: 18 records`)
    const steps = readFileSync(join(out, 'steps.csv'), 'utf8').trim().split('\r\n')
    expect(steps).toHaveLength(4)
    expect(steps[0]).toMatch(/^step,stage,at,seconds,reward,.*set\.temperature/)
    expect(readFileSync(join(out, 'run.csv'), 'utf8')).toContain('"{""name"":""test""')

    const [files] = lines((await run(['export', '1', '--format', 'jsonl', '--out', out, '--json'], { data })).out)
    expect(files).toContainEqual({ file: join(out, 'completions.jsonl'), records: 18 })
    const [first] = lines(readFileSync(join(out, 'completions.jsonl'), 'utf8'))
    expect(first).toMatchObject({
      step: 1,
      group: 0,
      sample: 0,
      finishReason: 'stop',
      'accuracy.value': 1,
      'format.weight': 0.1,
    })

    expect((await run(['export', '1', '--format', 'parquet', '--out', out], { data })).status).toBe(0)
    const parquet = async (name: string) => {
      const file = await asyncBufferFromFile(join(out, `${name}.parquet`))
      const { schema } = await parquetMetadataAsync(file)
      const types = Object.fromEntries(schema.slice(1).map((s) => [s.name, s.converted_type ?? s.type]))
      return { types, rows: await parquetReadObjects({ file }) }
    }
    const completions = await parquet('completions')
    expect(completions.rows).toHaveLength(18)
    expect(completions.types).toMatchObject({
      step: 'INT64',
      text: 'UTF8',
      tokens: 'INT64',
      'accuracy.value': 'DOUBLE',
    })
    expect(completions.rows[0]).toMatchObject({ step: 1n, group: 0n, text: first.text, 'accuracy.value': 1 })
    const [heads] = readFileSync(join(out, 'completions.csv'), 'utf8').split('\r\n')
    expect(Object.keys(completions.types)).toEqual(heads.split(','))
    const [one] = (await parquet('run')).rows
    expect(one).toMatchObject({ number: 1n, createdAt: expect.any(Date), starred: false })
    expect(JSON.parse(one.config as string)).toMatchObject({ name: 'test' })
    expect((await parquet('steps')).types).toMatchObject({ step: 'INT64', at: 'TIMESTAMP_MILLIS', reward: 'DOUBLE' })
    expect((await parquet('alerts')).rows).toEqual([])
  })

  test('import brings in what an export wrote, once, and a table by a mapping; such a run is not resumed', async () => {
    const out = temporaryFolder()
    await run(['export', 'last', '--format', 'jsonl', '--out', out], { data: await withOneRun() })
    const data = temporaryFolder()
    const brought = await run(['import', out, '--title', 'From there', '--json'], { data })
    expect(brought).toMatchObject({ status: 0, err: '' })
    expect(lines(brought.out)).toMatchObject([{ phase: 'done', run: { number: 1, id: '0001-test' }, steps: 3 }])
    expect(await run(['import', out, '--title', 'From there'], { data })).toMatchObject({
      status: 1,
      err: expect.stringContaining('was imported before: it is run #1, From there.'),
    })
    const table = join(out, 'history.csv')
    writeFileSync(table, 'epoch,mean_reward\n1,0.5\n2,0.75\n')
    const mapping = join(out, 'mapping.json')
    writeFileSync(mapping, '{"step": "epoch"}')
    const mapped = await run(['import', table, '--map-file', mapping], { data })
    expect(mapped.out).toBe('run #2: history, 2 steps\n')
    expect(mapped.err).toMatch(/step +epoch +1\n/)
    expect(mapped.err).toMatch(/metric\.reward +mean_reward +guessed +0\.5/)
    await expect(openHost({ dataFolder: data }).resume('1')).rejects.toThrow('Run #1 was imported')
  })

  test('export-model writes the checkpoint that is asked for, merged or as adapters', async () => {
    const data = temporaryFolder()
    const stages = [{ kind: 'grpo', name: 'a', steps: 2 }]
    const recipe = recipeFile({ stages, checkpointEvery: 1 })
    const set = ['lora.rank=2', 'lora.alpha=4', 'lora.targets=["q_proj","v_proj"]']
    expect((await run(['run', recipe, ...set.flatMap((s) => ['--set', s])], { data })).status).toBe(0)
    const [detail] = lines((await run(['show', 'last', '--json'], { data })).out)
    expect(detail.config.lora).toEqual({ rank: 2, alpha: 4, targets: ['q_proj', 'v_proj'] })
    const exported = async (...more: string[]) => {
      const out = join(temporaryFolder(), 'out')
      const result = await run(['export-model', 'last', '--out', out, ...more], { data })
      expect(result).toMatchObject({ status: 0 })
      return { out, said: result.out }
    }
    const ids = '{"ids":[1,14,9,2,20]}\n'
    const numbers = async (model: string) =>
      lines((await run(['logprobs', '--model', model], { input: ids })).out)[0].logprobs as number[]
    const whole = await exported()
    expect(whole.said).toContain(`${join(whole.out, 'model.safetensors')}: 0.1 MiB`)
    const expected = await numbers(join(detail.folder, 'checkpoints/step-000002'))
    for (const { out } of [whole, await exported('--format', 'gguf', '--type', 'f32')]) {
      const found = await numbers(out)
      for (const [i, x] of found.entries()) expect(x).toBeCloseTo(expected[i], 4)
    }
    const first = await exported('--step', '0', '--json')
    expect(lines(first.said)[0]).toContainEqual({ file: join(first.out, 'config.json'), bytes: expect.any(Number) })

    const refused = async (...args: string[]) => {
      const { status, err } = await run(['export-model', ...args], { data })
      expect(status).toBe(1)
      return err
    }
    expect(await refused('last', '--step', '7', '--out', join(data, 'x'))).toMatch(
      /Run #1 has no checkpoint of step 7\.\n {2}It has those of step 0, 1, 2\./,
    )
    expect(await refused('9', '--out', join(data, 'x'))).toContain('There is no run "9".')
    expect(await refused('last', '--out', data)).toContain(`${data} is not empty.`)
  })

  test('export-model of a run without a checkpoint says so', async () => {
    const { status, err } = await run(['export-model', 'last', '--out', '/nowhere'], { data: await withOneRun() })
    expect(status).toBe(1)
    expect(err).toContain('Run #1 has no checkpoint yet.')
  })

  test('a run that was cut off is shown so although nobody has opened the folder since', async () => {
    const data = temporaryFolder()
    const app = start(['run', recipeFile({ stages: [{ kind: 'grpo', name: 'a', steps: 500 }] })], { data })
    await app.shown(/step [1-9]\d*\/500/)
    const whileRunning = await run(['runs', '--json'], { data })
    app.kill('SIGKILL')
    await app.result
    expect(lines(whileRunning.out)[0]).toMatchObject([{ status: 'running' }])
    expect(lines((await run(['runs', '--json'], { data })).out)[0]).toMatchObject([{ status: 'interrupted' }])
  })

  test('where there is nothing, that is said', async () => {
    expect(await run(['runs'])).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringContaining('There are no runs in'),
    })
  })
})

describe('a model without training', () => {
  test('generate answers a prompt, the same for the same seed', async () => {
    const args = ['generate', '--model', tinyPolicy, '--prompt', '12+34=', '--max-tokens', '16', '--seed', '3']
    const plain = await run(args)
    expect(plain.status).toBe(0)
    const json = await run([...args, '--json'])
    const [{ text, tokens, finishReason }] = lines(json.out)
    expect(plain.out).toBe(`${text}\n`)
    expect(tokens).toBeLessThanOrEqual(16)
    expect(['stop', 'length']).toContain(finishReason)
    expect(await run(['generate', '--model', '/nowhere', '--prompt', 'x', '--json'])).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringContaining('"bad-model"'),
    })
  })

  test('score reads and writes JSON lines, and names the lines that are wrong', async () => {
    const line = (answer: string) => `${JSON.stringify({ completion: '<answer>4</answer>', answer })}\n`
    const { status, out } = await run(['score', '--reward', 'accuracy'], { input: line('4') + line('5') })
    expect(status).toBe(0)
    const verdicts = out.trim().split('\n')
    expect(verdicts.map((text) => JSON.parse(text).reward)).toEqual([1, 0])
    const bad = await run(['score', '--reward', 'accuracy'], { input: `${line('4')}{"answer":"4"}\n` })
    expect(bad).toMatchObject({ status: 1, out: '' })
    expect(bad.err).toContain('line 2 has a bad completion')
  })

  test('logprobs reads and writes JSON lines: one number for each id after the first', async () => {
    const input = '{"ids":[1,5,9,2]}\n\n{"ids":[3,4]}\n'
    const { status, out } = await run(['logprobs', '--model', tinyPolicy], { input })
    expect(status).toBe(0)
    const answers = lines(out)
    expect(answers.map((a) => a.logprobs.length)).toEqual([3, 1])
    for (const value of answers.flatMap((a) => a.logprobs)) expect(value).toBeLessThan(0)
  })

  test.each([
    ['{"ids":[1,5]}\nnot json', /Line 2 of the input is not JSON/],
    ['{"id":[1,5]}', /Line 1 of the input has no list "ids"/],
  ])('logprobs names what is wrong with %j', async (input, message) => {
    const { status, err } = await run(['logprobs', '--model', tinyPolicy], { input })
    expect(status).toBe(1)
    expect(err).toMatch(message)
  })
})

describe('verify', () => {
  const reference = fileURLToPath(new URL('../fixtures/reference', import.meta.url))

  test('compares a whole folder: one line a kind, status 0', async () => {
    const { status, out, err } = await run(['verify', reference, '--backend', 'wasm'])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toMatch(/^loss +67 +\d\.\de-\d+ +\w+/m)
    expect(out).toMatch(/112 cases, 1035 comparisons on wasm\nall within 0.00001\n$/)
  })

  test('names what is off and what it does not know, and ends with status 1', async () => {
    const folder = join(temporaryFolder(), 'numbers')
    cpSync(reference, folder, { recursive: true })
    const file = join(folder, 'fixtures.json')
    const numbers = JSON.parse(readFileSync(file, 'utf8'))
    numbers.loss[0].loss += 3e-6
    numbers.loss[1].config.scale_of_tomorrow = 2
    numbers.models = {}
    writeFileSync(file, JSON.stringify(numbers))
    const plain = await run(['verify', folder, '--backend', 'wasm'])
    expect(plain.status).toBe(1)
    expect(plain.out).toMatch(/1 above 0.00001:\n {2}grpo_token_beta0: loss, 1\.\de-5\n$/)
    expect(plain.err).toMatch(/1 not compared.*\n {2}loss grpo_token_beta0\.04: scale_of_tomorrow 2\n$/)
    const json = await run(['verify', folder, '--backend', 'wasm', '--json'])
    expect(json).toMatchObject({ status: 1, err: '' })
    const [found] = lines(json.out)
    expect(found).toMatchObject({ backend: 'wasm', cases: 22 + 66 + 3, passed: false })
    expect(found.failures).toEqual([{ kind: 'loss', where: 'grpo_token_beta0', error: expect.any(Number) }])
    expect(found.unknown).toEqual([{ section: 'loss', name: 'grpo_token_beta0.04', reason: 'scale_of_tomorrow 2' }])
  })

  test('says what is wrong with a folder of another layout', async () => {
    const { status, out, err } = await run(['verify', temporaryFolder(), '--json'])
    expect({ status, out }).toEqual({ status: 1, out: '' })
    expect(err).toContain('has no fixtures.json')
  })
})

describe('doctor', () => {
  test('names the backend that runs here', async () => {
    const data = temporaryFolder()
    const { status, out } = await run(['doctor', '--json'], { data })
    expect(status).toBe(0)
    const [found] = lines(out)
    expect(found.dataFolder).toBe(data)
    expect(found.probes.find((probe: { name: string }) => probe.name === found.chosen).available).toBe(true)
  })
})

describe('serve', () => {
  test('refuses a bad recipe before it opens anything', async () => {
    const data = temporaryFolder()
    expect(await run(['serve', '--no-open', '--recipe', 'nope'], { data })).toMatchObject({ status: 1, out: '' })
    expect(readdirSync(data)).toEqual([])
  })
})

test('models: what is fetched, and what cannot be', async () => {
  const places = { GRPO_STUDIO_MODELS: temporaryFolder(), HF_ENDPOINT: 'http://nowhere.invalid' }
  const models = (...args: string[]) => start(['models', ...args], { env: places }).result
  const none = await models('list')
  expect(none).toMatchObject({ status: 0, out: `No model was fetched yet into ${places.GRPO_STUDIO_MODELS}.\n` })
  expect(none.err).toContain('Can be fetched: smollm2-135m-instruct')
  expect((await models('list', '--json')).out).toBe('[]\n')
  const offline = await models('fetch', 'owner/name', '--json')
  expect(offline).toMatchObject({ status: 1, out: '' })
  expect(JSON.parse(offline.err).error).toMatchObject({ code: 'network' })
  expect(await models('fetch', '../name')).toMatchObject({ status: 1 })
  expect((await models('remove', 'owner/name')).err).toContain('There is no model owner/name')
  const data = temporaryFolder()
  const launched = await start(['run', recipeFile({ model: 'owner/name' })], { env: places, data }).result
  expect(launched.status).toBe(1)
  expect(launched.err).toContain('The model owner/name was not fetched yet')
  expect(readdirSync(join(data, 'runs'))).toEqual([])
  const asked = await start(['generate', '--model', 'owner/name', '--prompt', 'x'], { env: places }).result
  expect(asked.status).toBe(1)
  expect(asked.err).toContain('grpo-studio models fetch owner/name')
})
