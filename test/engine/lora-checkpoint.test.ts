/** Checkpoints of adapters: only what is trained is kept, it comes back to the bit, and only beside the model that it was trained for. */
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { StudioError } from '../../src-main/contract/errors.ts'
import { readCheckpoint, writeCheckpoint } from '../../src-main/engine/model/checkpoint.ts'
import { readSafetensors } from '../../src-main/engine/model/safetensors.ts'
import { tensorsOf } from '../../src-main/engine/model/tensor-files.ts'
import { freshState } from '../../src-main/engine/start.ts'
import { onEachBackend } from './support/backends.ts'
import { run, smallRecipe, temporaryFolder, tinyPolicy } from './support/run.ts'

const lora = { rank: 2, alpha: 4, targets: ['q_proj', 'down_proj'] }

/** A copy of the tiny policy, which a test may change. */
function ownBase(): string {
  const folder = join(temporaryFolder(), 'base')
  cpSync(tinyPolicy, folder, { recursive: true })
  return folder
}

function files(folder: string): Record<string, Buffer> {
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file))]))
}

function refusal(work: () => unknown): StudioError {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(StudioError)
    expect((error as StudioError).hint).not.toBe('')
    return error as StudioError
  }
  throw new Error('nothing was thrown')
}

onEachBackend('a run with adapters', (backend) => {
  it('resumed from a checkpoint in its middle ends as the undisturbed one, bit for bit', async () => {
    const recipe = smallRecipe({ lora, checkpointEvery: 2, evalEvery: 3 })
    const whole = await run(recipe, { backend })
    expect(whole.steps).toEqual([1, 2, 3, 4, 5, 6])
    for (const step of [2, 4]) {
      const folder = temporaryFolder()
      const checkpoint = `checkpoints/step-00000${step}`
      cpSync(join(whole.folder, checkpoint), join(folder, checkpoint), { recursive: true })
      const rest = await run(recipe, { backend, folder, checkpoint })
      expect(rest.course).toEqual(whole.course.slice(step))
      const last = 'checkpoints/step-000006'
      expect(files(join(folder, last))).toEqual(files(join(whole.folder, last)))
    }
  })
})

describe('a checkpoint of adapters', () => {
  it('holds them alone, as PEFT does, and the base stays as it is', async () => {
    const base = ownBase()
    const before = files(base)
    const t = await run(smallRecipe({ lora, model: base }))
    const folder = join(t.folder, 'checkpoints/step-000006')
    expect(readdirSync(folder).sort()).toEqual([
      'adapter_config.json',
      'adapter_model.safetensors',
      'optimizer.safetensors',
      'reference.safetensors',
      'state.json',
    ])
    expect(files(base)).toEqual(before)
    expect(statSync(join(folder, 'adapter_model.safetensors')).size).toBeLessThan(
      statSync(join(base, 'model.safetensors')).size / 4,
    )
    const adapters = readSafetensors(join(folder, 'adapter_model.safetensors'))
    const layers = 2
    expect(adapters.size).toBe(layers * lora.targets.length * 2)
    for (const [name, { data }] of adapters) {
      expect(name).toMatch(
        /^base_model\.model\.model\.layers\.\d\.(self_attn\.q_proj|mlp\.down_proj)\.lora_[AB]\.weight$/,
      )
      // B began at zero: what is not zero was learned
      expect(data.some((x) => x !== 0)).toBe(true)
    }
    expect(JSON.parse(readFileSync(join(folder, 'adapter_config.json'), 'utf8'))).toMatchObject({
      peft_type: 'LORA',
      base_model_name_or_path: base,
      r: 2,
      lora_alpha: 4,
      target_modules: lora.targets,
    })
  })

  it('comes back to the last bit, its reference too', async () => {
    const t = await run(smallRecipe({ lora, settings: { refreshReferenceEvery: 2 } }))
    const folder = join(t.folder, 'checkpoints/step-000006')
    const state = readCheckpoint(folder)
    const again = join(temporaryFolder(), 'step-000006')
    await writeCheckpoint(again, state)
    expect(files(again)).toEqual(files(folder))
    const reference = await tensorsOf(state.reference)
    expect([...reference.keys()]).toEqual([...state.policy.adapters!.tensors.keys()])
    expect(reference).not.toEqual(await tensorsOf(state.policy.adapters!.tensors))
    expect([...reference.values()].some(({ data }, i) => i % 2 === 1 && data.some((x) => x !== 0))).toBe(true)
  })

  it('is refused when the weights below it have changed, by their hash', async () => {
    const base = ownBase()
    const t = await run(smallRecipe({ lora, model: base, stages: [{ kind: 'grpo', name: 'one', steps: 1 }] }))
    const folder = join(t.folder, 'checkpoints/step-000001')
    const path = join(base, 'model.safetensors')
    const weights = readFileSync(path)
    const changed = Buffer.from(weights)
    changed[changed.length - 3] ^= 1
    writeFileSync(path, changed)
    const error = refusal(() => readCheckpoint(folder))
    expect(error).toMatchObject({ code: 'checkpoint' })
    expect(error.message).toMatch(`The base model ${base} has changed since the run began`)
    writeFileSync(path, weights)
    expect(readCheckpoint(folder).position.step).toBe(1)
    rmSync(base, { recursive: true })
    expect(refusal(() => readCheckpoint(folder)).message).toContain(`${base} is not a model folder`)
  })

  it.each<[string, string, (json: Record<string, unknown>) => void, RegExp]>([
    ['no base', 'state.json', (s) => delete s.base, /state\.json is damaged: base is missing/],
    [
      'a base without hash',
      'state.json',
      (s) => Object.assign(s, { base: { model: 'embedded' } }),
      /damaged: base is \{/,
    ],
    [
      'another rank',
      'adapter_config.json',
      (c) => Object.assign(c, { r: 3 }),
      /q_proj\.lora_A\.weight has the shape \[2,/,
    ],
    ['no rank', 'adapter_config.json', (c) => delete c.r, /adapter_config\.json: r is missing/],
    ['no model', 'adapter_config.json', (c) => delete c.base_model_name_or_path, /names no base_model_name_or_path/],
    [
      'other targets',
      'adapter_config.json',
      (c) => Object.assign(c, { target_modules: 'all-linear' }),
      /target_modules is "all-linear"/,
    ],
    [
      'DoRA',
      'adapter_config.json',
      (c) => Object.assign(c, { use_dora: true }),
      /use_dora is true, which cannot be computed/,
    ],
    ['no kind', 'adapter_config.json', (c) => delete c.peft_type, /it has no peft_type/],
    [
      'IA3',
      'adapter_config.json',
      (c) => Object.assign(c, { peft_type: 'IA3' }),
      /peft_type is "IA3", which cannot be/,
    ],
    [
      'a field of the future',
      'adapter_config.json',
      (c) => Object.assign(c, { use_new: { a: 1 } }),
      /use_new is \{"a":1\}/,
    ],
    [
      'ranks of their own',
      'adapter_config.json',
      (c) => Object.assign(c, { rank_pattern: { q_proj: 8 } }),
      /rank_pattern is \{"q_proj":8\}/,
    ],
  ])('with %s is refused, naming file and field', async (_, file, change, message) => {
    const folder = join(temporaryFolder(), 'step-000000')
    await writeCheckpoint(folder, freshState(smallRecipe({ lora })))
    const path = join(folder, file)
    const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    change(json)
    writeFileSync(path, JSON.stringify(json))
    const error = refusal(() => readCheckpoint(folder))
    expect(error.message).toMatch(message)
    expect(error.message).toContain(folder)
  })

  it('is nothing that a run can begin with, nor adapters on adapters', async () => {
    const folder = join(temporaryFolder(), 'step-000000')
    await writeCheckpoint(folder, freshState(smallRecipe({ lora })))
    expect(refusal(() => freshState(smallRecipe({ model: folder })))).toMatchObject({ code: 'bad-recipe' })
    const second = join(temporaryFolder(), 'second')
    cpSync(folder, second, { recursive: true })
    const config = join(second, 'adapter_config.json')
    writeFileSync(config, readFileSync(config, 'utf8').replace(tinyPolicy, folder))
    expect(refusal(() => freshState(smallRecipe({ model: second }))).message).toContain('holds adapters itself')
  })
})
