import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { EstimateEvent, MachineMemory } from '../../src-main/contract/estimate.ts'
import { parseRecipe } from '../../src-main/contract/recipe.ts'
import { forkEngine } from '../../src-main/host/engine-process.ts'
import { engineEntry } from '../../src-main/host/entries.ts'
import { Estimator } from '../../src-main/host/estimator.ts'
import { Host } from '../../src-main/host/host.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { tinyPolicy, tinyRecipe } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

const GIB = 2 ** 30
const machineOf =
  (gib: number, limitedBy: MachineMemory['limitedBy'] = 'machine') =>
  (): MachineMemory => ({
    total: gib * GIB,
    available: gib * GIB,
    limitedBy,
  })

function hostWith(machine: () => MachineMemory): Host {
  const host = new Host({ dataFolder: temporaryFolder(), command: 'test', machine })
  onTestFinished(() => host.close())
  return host
}

/** The embedded model, said to attend to as many positions as R1-Zero's did. */
function longModel(): string {
  const folder = join(temporaryFolder(), 'model')
  cpSync(join(import.meta.dirname, '../../resources/model'), folder, { recursive: true })
  const config = join(folder, 'config.json')
  const json = { ...JSON.parse(readFileSync(config, 'utf8')), max_position_embeddings: 65_536 }
  writeFileSync(config, JSON.stringify(json))
  return folder
}

const published = () =>
  loadRecipe('r1-zero-mini', [
    `model=${JSON.stringify(longModel())}`,
    'groupSize=16',
    'promptsPerStep=32',
    'maxCompletionTokens=32768',
  ])

test('a run of the published size is refused on a workstation, with settings that then fit', async () => {
  const host = hostWith(machineOf(24))
  const error = await host.launch(published()).catch((e) => e)
  expect(error).toMatchObject({ code: 'too-large' })
  expect(error.message).toMatch(
    /^The run would need about [\d.]+ GiB of memory, and this machine has 24 GiB free of 24 GiB\.$/,
  )
  expect(error.hint).toMatch(/It would fit, with [\d.]+ [MG]iB, with (--set '\S+' ?)+\./)
  expect(error.hint).toContain('--anyway')
  expect(await host.ask.runs()).toEqual([])

  const settings = [...error.hint.matchAll(/--set '(\S+)'/g)].map((match) => match[1] as string)
  const recipe = published()
  const changed = loadRecipe(recipe as unknown as Record<string, unknown>, settings)
  const estimate = await host.estimator.now(changed, null)
  expect(estimate.fits).toBe(true)
  // the same settings but one do not
  for (const left of settings) {
    const others = settings.filter((s) => s !== left)
    const without = loadRecipe(published() as unknown as Record<string, unknown>, others)
    expect((await host.estimator.now(without, null)).fits, left).toBe(false)
  }
})

test('the published recipes are refused with what they would need, though their model is not here', async () => {
  vi.stubEnv('GRPO_STUDIO_MODELS', temporaryFolder())
  vi.stubEnv('HF_HOME', temporaryFolder())
  onTestFinished(() => void vi.unstubAllEnvs())
  const host = hostWith(machineOf(24))
  for (const name of ['r1-zero-paper', 'r1-paper']) {
    const error = await host.launch(loadRecipe(name, [])).catch((e) => e)
    expect(error).toMatchObject({ code: 'too-large' })
    expect(error.message).toMatch(/^The run would need about [\d.]+ TiB of memory, and this machine has 24 GiB free/)
    expect(error.hint).toMatch(/No setting would make it fit here, as the least would need [\d.]+ GiB/)
  }
  const recipe = loadRecipe('r1-zero-paper', [])
  const { memory, parameters } = await host.estimator.now(recipe, null)
  // 32-bit weights, and three times as much for the reference and the moments
  expect(memory.parts.weights).toBeGreaterThan(4 * parameters)
  expect(memory.parts.training).toBe(12 * parameters)
  await expect(host.launch(recipe, null, true)).rejects.toMatchObject({ code: 'not-found' })
  await expect(host.launch({ ...recipe, model: 'nobody/nothing' })).rejects.toMatchObject({ code: 'not-found' })
  expect(await host.ask.runs()).toEqual([])

  const events: EstimateEvent[] = []
  for await (const event of host.estimator.follow(recipe, null)) events.push(event)
  expect(events.map(({ type }) => type)).toEqual(['estimate', 'unmeasured'])
  expect(events[1]).toMatchObject({ reason: expect.stringContaining('was not fetched yet') })
})

test('a machine that is large enough is told the settings with which the published run would fit', async () => {
  const host = hostWith(machineOf(1500))
  const { fits, remedy, remedyBytes } = await host.estimator.now(loadRecipe('r1-zero-paper', []), null)
  expect(fits).toBe(false)
  expect(remedyBytes).toBeLessThan(1500 * GIB)
  const changed = loadRecipe(
    'r1-zero-paper',
    remedy!.map((change) => change.assignment),
  )
  expect((await host.estimator.now(changed, null)).fits).toBe(true)
})

test('micro-batches come first among the settings, as they do no harm', async () => {
  const host = hostWith(machineOf(1, 'container'))
  const recipe = loadRecipe('r1-zero-mini', ['microBatchTokens=65536', 'promptsPerStep=64', 'miniBatches=1'])
  const { fits, remedy, memory, machine } = await host.estimator.now(recipe, null)
  expect(fits).toBe(false)
  expect(memory.bytes).toBeGreaterThan(machine.available)
  expect(remedy!.map((change) => change.label)).toEqual(['micro-batch'])
  await expect(host.launch(recipe)).rejects.toThrow(/and this container has 1 GiB free of 1 GiB/)
})

test('where no setting would do, a smaller model is advised', async () => {
  const host = hostWith(machineOf(0.25))
  const error = await host.launch(loadRecipe('r1-zero-mini', [])).catch((e) => e)
  expect(error).toMatchObject({ code: 'too-large', hint: expect.stringContaining('choose a smaller model') })
})

test('closing other programs is advised where that would do', async () => {
  const host = hostWith(() => ({ total: 8 * GIB, available: 0.5 * GIB, limitedBy: 'machine' }))
  const error = await host.launch(loadRecipe('r1-zero-mini', [])).catch((e) => e)
  expect(error).toMatchObject({
    code: 'too-large',
    hint: expect.stringContaining('Closing other programs would do, too.'),
  })
})

test('a run that is started anyway is started', async () => {
  const host = hostWith(machineOf(0.25))
  const run = await host.launch(parseRecipe(tinyRecipe(), 'test'), null, true)
  expect(run).toMatchObject({ number: 1, status: 'starting' })
})

test('what is not known is measured once: memory at once, times after that', async () => {
  const host = hostWith(machineOf(24))
  const recipe = parseRecipe(tinyRecipe(), 'test')
  const events: EstimateEvent[] = []
  for await (const event of host.estimator.follow(recipe, 'tensorflow')) events.push(event)
  expect(events.map((event) => (event.type === 'measuring' ? event.part : event.type))).toEqual([
    'estimate',
    'update',
    'sampling',
    'estimate',
  ])
  const [first, last] = [events[0], events[3]] as Extract<EstimateEvent, { type: 'estimate' }>[]
  expect(first).toMatchObject({ final: false, estimate: { time: null, memory: { basis: 'computed' }, measured: null } })
  expect(last).toMatchObject({ final: true, estimate: { memory: { basis: 'measured' }, measured: 'this' } })
  const time = last.estimate.time!
  expect(time.typical.step).toBeGreaterThan(0)
  expect(time.full.step).toBeGreaterThanOrEqual(0.9 * time.typical.step)
  expect(time.runSeconds.full).toBeGreaterThan(12 * time.full.step)

  const again: EstimateEvent[] = []
  for await (const event of host.estimator.follow(recipe, 'tensorflow')) again.push(event)
  expect(again).toHaveLength(1)

  // twice the group takes longer, without measuring anew
  const wider = parseRecipe(
    tinyRecipe({ settings: { groupSize: 64, promptsPerStep: 8, maxCompletionTokens: 12 } }),
    'test',
  )
  const { time: longer } = await host.estimator.now(wider, 'tensorflow')
  expect(longer!.full.step).toBeGreaterThan(1.5 * time.full.step)
}, 120_000)

test('every kind of stage has its time, and packed examples take less of it', async () => {
  const host = hostWith(machineOf(24))
  const learning = { promptsPerStep: 32 }
  const recipe = (packing: boolean) =>
    parseRecipe(
      tinyRecipe({
        model: 'embedded',
        addTokens: loadRecipe('r1-mini', []).addTokens,
        task: { sum: 1, request: 1 },
        settings: { maxCompletionTokens: 32 },
        stages: [
          { kind: 'sft', name: 'taught', steps: 20, data: { corpus: 400 }, packing, settings: learning },
          { kind: 'rejection-sampling', name: 'samples', steps: 4, settings: { promptsPerStep: 8, groupSize: 4 } },
          { kind: 'reward-model', name: 'helpful', judges: 'helpfulness', steps: 9, data: { requests: 200 } },
          { kind: 'evaluate', name: 'between' },
          { kind: 'distil', name: 'student', steps: 20, data: { corpus: 400 }, layers: 2, packing, settings: learning },
        ],
      }),
      'test',
    )
  for await (const event of host.estimator.follow(recipe(false), 'tensorflow'))
    if (event.type === 'unmeasured') throw new Error(event.reason)
  const [plain, packed] = [
    (await host.estimator.now(recipe(false), 'tensorflow')).time!,
    (await host.estimator.now(recipe(true), 'tensorflow')).time!,
  ]
  const [taught, samples, helpful, between, student] = plain.stages.map(({ typical }) => typical)
  expect(between).toBe(0)
  for (const seconds of [samples, helpful]) expect(seconds).toBeGreaterThan(0)
  // half the layers
  expect(student / taught).toBeGreaterThan(0.35)
  expect(student / taught).toBeLessThan(0.75)
  expect(packed.stages[0].typical).toBeLessThan(taught)
  // examples are as long as they are, whatever the token limit
  expect(plain.stages[0].full).toBe(taught)
  const inStages = plain.stages.reduce((sum, { steps, typical }) => sum + steps * typical, 0)
  // evaluations at both ends and between, and what the reward model is measured with
  expect(plain.runSeconds.typical).toBeGreaterThan(inStages)
  expect(plain.runSeconds.full).toBeGreaterThan(plain.runSeconds.typical)
}, 120_000)

test('nothing is measured beside a run that trains, and the reason is told', async () => {
  const estimator = new Estimator({
    dataFolder: temporaryFolder(),
    startEngine: () => forkEngine(engineEntry),
    busy: () => true,
    earlier: () => null,
  })
  onTestFinished(() => estimator.close())
  const events: EstimateEvent[] = []
  for await (const event of estimator.follow(parseRecipe(tinyRecipe(), 'test'), null)) events.push(event)
  expect(events[1]).toEqual({ type: 'unmeasured', reason: 'A run is training: times are measured when it has ended.' })
})

test('who leaves ends the measuring', async () => {
  const host = hostWith(machineOf(24))
  const leave = new AbortController()
  const follow = async () => {
    for await (const event of host.estimator.follow(parseRecipe(tinyRecipe(), 'test'), null, leave.signal))
      if (event.type === 'measuring') leave.abort()
  }
  await expect(follow()).rejects.toMatchObject({ code: 'cancelled' })
})

test('a token limit beyond the model’s positions is told by the estimate', async () => {
  const host = hostWith(machineOf(24))
  const recipe = parseRecipe(tinyRecipe({ model: tinyPolicy, settings: { maxCompletionTokens: 4096 } }), 'test')
  await expect(host.estimator.now(recipe, null)).rejects.toMatchObject({
    code: 'bad-recipe',
    message: expect.stringContaining('maxCompletionTokens 4096'),
  })
})

test('answers of an earlier run of the recipe tell how long they will be', async () => {
  const asked: unknown[] = []
  const host = hostWith(machineOf(24))
  const recipe = parseRecipe(tinyRecipe(), 'test')
  expect((await host.estimator.now(recipe, null)).time).toBeNull()
  const earlier = { run: 7, means: [4, 8] }
  const folder = temporaryFolder()
  const estimator = new Estimator({
    dataFolder: folder,
    startEngine: () => forkEngine(engineEntry),
    busy: () => false,
    earlier: (of) => {
      asked.push(of.name)
      return earlier
    },
  })
  onTestFinished(() => estimator.close())
  let last: EstimateEvent | undefined
  for await (const event of estimator.follow(recipe, null)) last = event
  expect(asked).toContain('tiny')
  expect(last).toMatchObject({ estimate: { time: { lengths: 'earlier-run', earlierRun: 7 } } })
}, 120_000)
