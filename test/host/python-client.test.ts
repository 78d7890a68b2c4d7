/** The Python client against the real app: killed at random moments on either side, and steered. Left out where no Python is. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { RewardPart } from '../../src-main/contract/records.ts'
import { Host } from '../../src-main/host/host.ts'
import { startTrainerListener } from '../../src-main/host/ingest/listener.ts'
import { tokenOf } from '../../src-main/host/server.ts'
import { randomFrom } from './support/killing.ts'
import { startListeningApp } from './support/listening.ts'
import { hasTrl, python, startPython } from './support/python.ts'
import { temporaryFolder } from './support/temporary.ts'

if (!python) console.log('Left out: there is no python3 of 3.9 or later here (GRPO_STUDIO_PYTHON names one).')

if (!hasTrl) console.log('Left out: that Python has no TRL, so none is trained with it.')

const kills = Number(process.env.CLIENT_KILLS ?? 8)

test.skipIf(!python)(
  'whatever is killed, nothing is lost, nothing comes twice, and the order holds',
  {
    timeout: 20_000 + kills * 2_000,
  },
  async () => {
    const seed = Number(process.env.KILL_SEED ?? Date.now() % 100_000)
    console.log(`KILL_SEED=${seed}`)
    const random = randomFrom(seed)
    const dataFolder = temporaryFolder()
    const steps = 60 * kills
    const client = () =>
      startPython(dataFolder, ['tests/reporter.py', 'killed-run', join(dataFolder, 'state'), String(steps)])
    let app = await startListeningApp(dataFolder)
    let trainer = await client()
    for (let killed = 0; killed < kills && trainer.child.exitCode === null; killed++) {
      await sleep(50 + random() * 400)
      if (random() < 0.5) {
        trainer.child.kill('SIGKILL')
        await trainer.ended
        trainer = await client()
      } else {
        await app.kill()
        app = await startListeningApp(dataFolder)
      }
    }
    const [code] = await trainer.ended
    expect(code).toBe(0)
    // it may say that the app was away, and nothing else
    expect(trainer.said.errors).not.toMatch(/Traceback|training goes on|cannot|refuses|does not have/)
    const [left] = await (await startPython(dataFolder, ['-m', 'grpo_studio', 'deliver'])).ended
    expect(left).toBe(0)
    await app.kill()

    const host = new Host({ dataFolder, command: 'test' })
    onTestFinished(() => host.close())
    const { series, steps: stored } = await host.ask.metrics('1', undefined, 0)
    expect(stored).toEqual(Array.from({ length: steps }, (_, i) => i + 1))
    expect(series.reward).toEqual(stored)
    for (const step of [1, Math.ceil(steps / 2), steps]) {
      const groups = await host.ask.groupsOfStep('1', step)
      expect(groups).toHaveLength(1)
      expect((await host.ask.group('1', step, 0)).prompt).toBe(`prompt ${step}`)
    }
    expect(await host.ask.groupPlaces('1', 0, steps)).toHaveLength(steps)
    expect(await host.ask.runs()).toMatchObject([{ number: 1, status: 'finished', step: steps }])
  },
)

/** Trains until it is told to stop; what it is asked holds from the next step on. */
const steered = `
from grpo_studio import Run
run = Run("steered", "trl", settings={"temperature": 1.0}, knobs=["temperature"], commands=["stop", "save"],
          refusals={"groupSize": "It is fixed."}, rewards={"accuracy": 1.0}, config={"lr": float("nan")}, bound=5)
print("started", flush=True)
step, temperature, stopped = 0, 1.0, False
while not stopped:
    step += 1
    run.group(step, 0, "2 + 2?", [{"text": "4", "tokens": 1, "finishReason": "stop", "reward": 1.0, "advantage": 0.5,
        "parts": {"accuracy": {"value": 1.0, "weight": 1.0}}, "tokenTexts": ["4"], "logprobs": [-0.5]}], "4")
    run.step(step, {"reward": 1.0, "loss": float("inf")}, seconds=0.05, settings={"temperature": temperature})
    run.checkpoint(step, "/somewhere/%d" % step, 10)
    for command in run.commands(0.05):
        if command.kind == "set":
            before, temperature = temperature, command.changes["temperature"]
            run.answer(command, step + 1, before={"temperature": before}, settings=command.changes)
        elif command.kind == "stop":
            stopped = True
            run.answer(command, step)
        else:
            run.answer(command, step, refused="The disk is full.")
run.event(step, "That was it.", "warning", "Start it again.")
run.finish(step, "stopped")
`

test.skipIf(!python)(
  'what a person asks reaches the trainer, and its answer comes back',
  { timeout: 20_000 },
  async () => {
    const dataFolder = temporaryFolder()
    const script = join(dataFolder, 'steered.py')
    writeFileSync(script, steered)
    const host = new Host({ dataFolder, command: 'test' })
    onTestFinished(() => host.close())
    const listener = await startTrainerListener({ host, token: tokenOf(dataFolder), port: 0 })
    onTestFinished(() => listener.close())
    const trainer = await startPython(dataFolder, [script])
    await expect.poll(async () => (await host.ask.runs())[0]?.step).toBeGreaterThan(0)
    host.steer('1', { kind: 'set', changes: { temperature: 0.5 } })
    host.steer('1', { kind: 'save' })
    expect(() => host.steer('1', { kind: 'set', changes: { groupSize: 4 } })).toThrow('It is fixed')
    await expect.poll(async () => (await host.ask.run('1')).pending).toEqual([])
    const asked = await host.ask.events('1')
    expect(asked).toMatchObject([
      { kind: 'set', effectiveStep: expect.any(Number), refused: null },
      { kind: 'save', refused: expect.anything() },
    ])
    host.steer('1', { kind: 'stop' })
    expect(await trainer.ended).toEqual([0, null])
    expect(trainer.said.errors).toBe('')
    const run = await host.ask.run('1')
    expect(run).toMatchObject({ status: 'stopped', name: 'steered' })
    const one = await host.ask.group('1', asked[0]!.effectiveStep!, 0)
    expect(one.completions).toMatchObject([{ text: '4', reward: 1, advantage: 0.5 }])
  },
)

test.skipIf(!hasTrl)('TRL trains, and is steered at the step that it tells', { timeout: 90_000 }, async () => {
  const dataFolder = temporaryFolder()
  const host = new Host({ dataFolder, command: 'test' })
  onTestFinished(() => host.close())
  const listener = await startTrainerListener({ host, token: tokenOf(dataFolder), port: 0 })
  onTestFinished(() => listener.close())
  const trainer = await startPython(dataFolder, ['tests/train_tiny.py', dataFolder, '400'])
  const step = async () => (await host.ask.runs())[0]?.step ?? 0
  await expect.poll(step, { timeout: 30_000 }).toBeGreaterThan(1)
  const changes: object = { temperature: 0.5, 'rewardWeights.short': 0.25 }
  host.steer('1', { kind: 'set', changes })
  expect(() => host.steer('1', { kind: 'set', changes: { groupSize: 8 } })).toThrow('num_generations')
  await expect.poll(async () => (await host.ask.run('1')).pending, { timeout: 10_000 }).toEqual([])
  const [asked] = await host.ask.events('1')
  const from = asked!.effectiveStep!
  await expect.poll(step, { timeout: 10_000 }).toBeGreaterThanOrEqual(from)
  const weights = async (at: number) => {
    const { completions } = await host.ask.group('1', at, 0)
    return completions.map(({ parts }) => (parts as Record<string, RewardPart>).short?.weight)
  }
  expect(await weights(from - 1)).toEqual([1, 1, 1, 1])
  expect(await weights(from)).toEqual([0.25, 0.25, 0.25, 0.25])
  host.steer('1', { kind: 'pause' })
  await expect.poll(async () => (await host.ask.run('1')).status, { timeout: 10_000 }).toBe('paused')
  const paused = await step()
  host.steer('1', { kind: 'step' })
  await expect.poll(step, { timeout: 10_000 }).toBe(paused + 1)
  await expect.poll(async () => (await host.ask.run('1')).status, { timeout: 10_000 }).toBe('paused')
  host.steer('1', { kind: 'stop' })
  expect(await trainer.ended).toEqual([0, null])
  expect(await host.ask.run('1')).toMatchObject({ status: 'stopped', step: paused + 1 })
})
