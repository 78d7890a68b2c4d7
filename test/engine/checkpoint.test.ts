/** Checkpoints: whole or not there; what is damaged is named; a disk that refuses one pauses the run. */
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StudioError } from '../../src-main/contract/errors.ts'
import { update } from '../../src-main/engine/grpo/update.ts'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../src-main/engine/model/checkpoint.ts'
import { copyWeights } from '../../src-main/engine/model/model.ts'
import { loadPolicy } from '../../src-main/engine/model/policy.ts'
import { tensorsOf } from '../../src-main/engine/model/tensor-files.ts'
import { AdamW } from '../../src-main/engine/optim/adamw.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { Alerts } from '../../src-main/engine/watch/alerts.ts'
import { onEachBackend } from './support/backends.ts'
import { sampleEpisodes, testSettings, tinyPolicyHere } from './support/episodes.ts'
import { run, smallRecipe, temporaryFolder, tinyPolicy } from './support/run.ts'

const position = {
  step: 7,
  stage: 1,
  stageFirstStep: 4,
  staying: true,
  settings: { ...testSettings, temperature: 0.8 },
  optimizerStep: 1,
  tokens: 1234,
  optimizerSince: 0,
  gate: { values: [], asked: false, seconds: 0 },
  referenceStep: 4,
  alerts: new Alerts().memory,
}

async function trained(): Promise<Checkpoint> {
  const policy = tinyPolicyHere()
  const optimizer = new AdamW()
  const reference = copyWeights(policy.weights)
  await update(
    policy,
    reference,
    await sampleEpisodes(policy, 1),
    testSettings,
    1e-3,
    optimizer,
    randomAt(0),
    async () => {},
  )
  return { policy, reference, optimizer, position }
}

onEachBackend('a checkpoint', () => {
  it('comes back to the last bit', async () => {
    const state = await trained()
    const folder = join(temporaryFolder(), 'step-000007')
    const bytes = await writeCheckpoint(folder, state)
    expect(bytes).toBe(readdirSync(folder).reduce((sum, file) => sum + readFileSync(join(folder, file)).length, 0))
    const again = readCheckpoint(folder)
    expect(again.position).toEqual(position)
    expect(await tensorsOf(again.policy.weights)).toEqual(await tensorsOf(state.policy.weights))
    expect(await tensorsOf(again.reference)).toEqual(await tensorsOf(state.reference))
    expect(again.optimizer.step).toBe(1)
    expect(await tensorsOf(again.optimizer.firstMoments)).toEqual(await tensorsOf(state.optimizer.firstMoments))
    expect(await tensorsOf(again.optimizer.secondMoments)).toEqual(await tensorsOf(state.optimizer.secondMoments))
  })
})

describe('a checkpoint folder', () => {
  it('is whole even when the one that the run resumed from has been pruned meanwhile', async () => {
    const parent = temporaryFolder()
    const [first, second] = ['step-000007', 'step-000008'].map((name) => join(parent, name))
    await writeCheckpoint(first, await trained())
    const resumed = readCheckpoint(first)
    rmSync(first, { recursive: true })
    await writeCheckpoint(second, resumed)
    expect(await tensorsOf(readCheckpoint(second).policy.weights)).toEqual(await tensorsOf(resumed.policy.weights))
  })

  it('is a model folder, replaces an older one whole and leaves nothing half-written beside it', async () => {
    const state = await trained()
    const parent = temporaryFolder()
    const folder = join(parent, 'step-000007')
    mkdirSync(`${folder}.partial`)
    writeFileSync(join(`${folder}.partial`, 'left-over'), 'of a run that was killed')
    mkdirSync(folder)
    writeFileSync(join(folder, 'stale'), 'of before')
    await writeCheckpoint(folder, state)
    expect(readdirSync(parent)).toEqual(['step-000007'])
    expect(readdirSync(folder).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'optimizer.safetensors',
      'reference.safetensors',
      'state.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    expect(await tensorsOf(loadPolicy(folder).weights)).toEqual(await tensorsOf(state.policy.weights))
  })

  const damages: [string, (folder: string) => void, RegExp][] = [
    ['no folder', (f) => rmSync(f, { recursive: true }), /is not a complete checkpoint: it has no state\.json/],
    ['no state.json', (f) => rmSync(join(f, 'state.json')), /is not a complete checkpoint: it has no state\.json/],
    ['half a state.json', (f) => truncateSync(join(f, 'state.json'), 20), /state\.json cannot be read/],
    ['no object', (f) => writeFileSync(join(f, 'state.json'), '3'), /state\.json is damaged: the whole is 3/],
    ['no position', (f) => writeFileSync(join(f, 'state.json'), 'null'), /state\.json is damaged: the whole is null/],
    ['a broken count', changed({ step: -1 }), /state\.json is damaged: step is -1/],
    ['a missing field', changed({ staying: undefined }), /state\.json is damaged: staying is missing/],
    [
      'a broken setting',
      changed({ settings: { ...position.settings, temperature: 'warm' } }),
      /damaged: settings\.temperature is "warm"/,
    ],
    [
      'broken alerts',
      changed({ alerts: { recent: [], raisedAt: { luck: 3 } } }),
      /damaged: alerts is \{"recent":\[\],/,
    ],
    ['no settings', changed({ settings: undefined }), /damaged: settings is missing/],
    [
      'half a model',
      (f) => truncateSync(join(f, 'model.safetensors'), 5000),
      /model\.safetensors is truncated|damaged/,
    ],
    ['no reference', (f) => rmSync(join(f, 'reference.safetensors')), /reference\.safetensors cannot be read/],
    [
      'another file as optimizer',
      (f) => writeFileSync(join(f, 'optimizer.safetensors'), readFileSync(join(f, 'model.safetensors'))),
      /optimizer\.safetensors does not belong to its model: it has model\.embed_tokens\.weight \[32,32\]/,
    ],
    ['an optimizer of another step', changed({ optimizerStep: 0 }), /optimizer\.safetensors has 40 of 0 moments/],
  ]

  function changed(fields: object) {
    return (folder: string) => {
      writeFileSync(join(folder, 'state.json'), JSON.stringify({ ...position, ...fields }))
    }
  }

  it('of a version that did not have a setting yet gives that its default', async () => {
    const folder = join(temporaryFolder(), 'step-000007')
    await writeCheckpoint(folder, await trained())
    changed({ settings: { ...position.settings, topK: undefined, minP: undefined }, alerts: undefined })(folder)
    expect(readCheckpoint(folder).position).toEqual(position)
  })

  it.each(damages)('with %s is refused, naming what is wrong and the way out', async (_, damage, message) => {
    const folder = join(temporaryFolder(), 'step-000007')
    await writeCheckpoint(folder, await trained())
    damage(folder)
    let error: unknown
    try {
      readCheckpoint(folder)
    } catch (e) {
      error = e
    }
    expect(error).toBeInstanceOf(StudioError)
    expect((error as StudioError).message).toMatch(message)
    expect((error as StudioError).message).toContain(folder)
    expect((error as StudioError).hint).not.toBe('')
  })
})

describe('a run whose disk refuses a checkpoint', () => {
  /** Every write of more than a few bytes fails from now on, until the test says otherwise. */
  function fullDisk(): { free(): void } {
    const writeSync = fs.writeSync
    const free = () => {
      fs.writeSync = writeSync
      syncBuiltinESMExports()
    }
    fs.writeSync = (() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }) as typeof fs.writeSync
    syncBuiltinESMExports()
    onTestFinished(free)
    return { free }
  }

  it('pauses with an alert that names the folder, and goes on when there is room again', async () => {
    let disk: { free(): void } | undefined
    const t = await run(smallRecipe({ checkpointEvery: 2 }), {
      react(message, command) {
        if (message.type === 'step' && message.report.step === 2) disk = fullDisk()
        if (message.type === 'paused') {
          disk!.free()
          command({ kind: 'resume' })
        }
      },
    })
    const alerts = t.of('alert').filter((m) => m.pause)
    expect(alerts).toHaveLength(1)
    expect(alerts[0].alert).toMatchObject({
      kind: 'disk-full',
      step: 2,
      message: `The checkpoint of step 2 could not be written to ${join(t.folder, 'checkpoints', 'step-000002')}: the disk is full. The run is paused; nothing stored is lost.`,
      hint: 'Free some space, then resume.',
    })
    expect(t.of('paused')).toEqual([{ type: 'paused', step: 2, reason: 'alert' }])
    expect(t.steps).toEqual([1, 2, 3, 4, 5, 6])
    expect(t.of('checkpoint').map((m) => m.record.step)).toEqual([0, 3, 4, 6])
    expect(readdirSync(join(t.folder, 'checkpoints')).sort()).toEqual([
      'step-000000',
      'step-000003',
      'step-000004',
      'step-000006',
    ])
  })

  it('does not end without its last checkpoint: it waits and writes it', async () => {
    let disk: { free(): void } | undefined
    const t = await run(smallRecipe(), {
      react(message, command) {
        if (message.type === 'step' && message.report.step === 6) disk = fullDisk()
        if (message.type === 'paused') {
          disk!.free()
          command({ kind: 'resume' })
        }
      },
    })
    expect(t.of('paused').map((m) => m.step)).toEqual([6])
    expect(t.of('checkpoint').at(-1)!.record.step).toBe(6)
    expect(existsSync(join(t.folder, 'checkpoints', 'step-000006', 'state.json'))).toBe(true)
    expect(t.messages.at(-1)).toEqual({ type: 'finished', reason: 'steps', step: 6 })
  })

  it('ends without it if the person asks to stop all the same', async () => {
    let pauses = 0
    const t = await run(smallRecipe(), {
      react(message, command) {
        if (message.type === 'step' && message.report.step === 6) fullDisk()
        if (message.type === 'paused') command({ kind: pauses++ === 0 ? 'resume' : 'stop' })
      },
    })
    expect(t.of('alert').filter((m) => m.alert.kind === 'disk-full')).toHaveLength(2)
    expect(t.of('checkpoint').at(-1)!.record.step).toBe(3)
    expect(t.messages.at(-1)).toEqual({ type: 'finished', reason: 'steps', step: 6 })
  })

  it('a folder that cannot be written says so', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'checkpoints'), 'a file where the folder should be')
    const t = await run(smallRecipe(), {
      folder,
      react(message, command) {
        if (message.type === 'paused') {
          rmSync(join(folder, 'checkpoints'))
          command({ kind: 'resume' })
        }
      },
    })
    expect(t.of('alert')[0].alert).toMatchObject({ kind: 'checkpoint', hint: 'Make the folder writable, then resume.' })
    expect(t.of('alert')[0].alert.message).toContain(join(folder, 'checkpoints'))
    expect(t.steps).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('a model that cannot be trained', () => {
  it('fails before the first step with the file and what is wrong with it', async () => {
    const folder = temporaryFolder()
    fs.cpSync(tinyPolicy, folder, { recursive: true })
    truncateSync(join(folder, 'model.safetensors'), 1000)
    await expect(run(smallRecipe({ model: folder }))).rejects.toThrow(join(folder, 'model.safetensors'))
    await expect(run(smallRecipe({ model: join(folder, 'nowhere') }))).rejects.toThrow(
      /nowhere is not a model folder: it has no config\.json/,
    )
  })

  it('has no room for the token limit of the recipe', async () => {
    const wide = smallRecipe({ settings: { maxCompletionTokens: 80 } })
    await expect(run(wide)).rejects.toThrow(
      "maxCompletionTokens 80 and a prompt do not fit into the model's 96 positions.",
    )
  })
})
