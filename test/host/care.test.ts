/** A learning rate that is far too high: the run comes apart, pauses by itself and says why; back with the rate that is offered, it ends sound. */
import { expect, test, vi } from 'vitest'
import type { HostEvent } from '../../src-main/contract/api.ts'
import { parseRecipe } from '../../src-main/contract/recipe.ts'
import { explosions, wayBack } from '../../src-main/contract/way-back.ts'
import { openHost, tinyRecipe, Watch } from './support/hosts.ts'

type AlertEvent = Extract<HostEvent, { type: 'alert' }>

const steps = 20

test('an explosion pauses the run, and the way back that is offered mends it', async () => {
  const settings = { ...(tinyRecipe().settings as object), learningRate: 0.02 }
  const stages = [{ kind: 'grpo', name: 'only', steps }]
  const host = openHost()
  const watch = new Watch(host)
  await host.launch(parseRecipe(tinyRecipe({ settings, stages, checkpointEvery: 6 }), 'test'), null, true)

  const { alert } = await watch.for((e): e is AlertEvent => e.type === 'alert' && explosions.includes(e.alert.kind))
  expect(alert.message).toContain('exploded')
  expect(alert.hint).toContain('Roll back to a checkpoint from before, with a lower learning rate')
  await vi.waitFor(() => expect(host.active?.status).toBe('paused'), 20_000)
  const [run, checkpoints] = await Promise.all([host.ask.run('1'), host.ask.checkpoints('1')])
  // nobody asked for it
  expect(run).toMatchObject({ step: alert.step, pending: [] })
  expect(run.step).toBeLessThan(steps)
  const way = wayBack(alert.step, checkpoints, run.settings)!
  expect(way).toEqual({ to: 0, learningRate: 0.005 })

  await host.rollBack('1', way.to, { learningRate: way.learningRate })
  await host.idle()
  const [after, alerts, metrics] = await Promise.all([
    host.ask.run('1'),
    host.ask.alerts('1'),
    host.ask.metrics('1', ['kl'], 0),
  ])
  expect(after).toMatchObject({ status: 'finished', step: steps, settings: { learningRate: way.learningRate } })
  expect(alerts.filter(({ kind }) => explosions.includes(kind))).toEqual([])
  const kl = metrics.series.kl as number[]
  expect(kl).toHaveLength(steps)
  expect(Math.max(...kl)).toBeLessThan(3)
}, 60_000)
