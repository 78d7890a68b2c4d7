/**
 * An app of its own process whose queue works, to be killed: `queue-app.ts <folder> <recipe> <runs>`. It queues the recipe with the seeds 0 to
 * runs − 1 if that was not done before, goes on with the queue, says `step` for each step, and ends when the queue is empty.
 */
import { forkEngine } from '../../../src-main/host/engine-process.ts'
import { Host } from '../../../src-main/host/host.ts'
import { loadRecipe } from '../../../src-main/host/recipes.ts'
import type { Script } from './scripted-engine.ts'

const [dataFolder, recipe, runs] = process.argv.slice(2)
process.env.SCRIPT = JSON.stringify({ steps: 4, pace: 10 } satisfies Script)
const startEngine = () => forkEngine(new URL('./scripted-engine.ts', import.meta.url))
const host = new Host({ dataFolder, command: 'the app under test', startEngine })
if (host.queue.state().entries.length === 0 && (await host.ask.runs()).length === 0) {
  const seeds = Array.from({ length: Number(runs) }, (_, seed) => `seed=${seed}`)
  host.queue.add(seeds.map((seed) => ({ recipe: loadRecipe(recipe, [seed]), backend: null, anyway: false })))
} else await host.queue.start()
void (async () => {
  for await (const event of host.subscribe()) if (event.type === 'step') console.log('step')
})()
await host.queue.settled()
while (host.active) {
  await host.idle()
  await host.queue.settled()
}
await host.close()
