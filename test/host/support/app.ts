/**
 * An app of its own process on a data folder, to be killed: `app.ts <folder> launch|resume|roll-back [recipe|step]`. It steers once, early in
 * the run, and with STEER_LATE once more, late in it; it says `step N` for each step announced, and `over <status>`.
 */
import { Host } from '../../../src-main/host/host.ts'
import { loadRecipe } from '../../../src-main/host/recipes.ts'

const [dataFolder, action, recipe] = process.argv.slice(2)
const host = new Host({ dataFolder, command: 'the app under test' })
const events = host.subscribe()
if (action === 'launch') await host.launch(loadRecipe(recipe, []))
else if (action === 'roll-back') await host.rollBack('last', Number(recipe), { learningRate: 0.0005 })
else await host.resume('last')

for await (const event of events) {
  if (event.type === 'step') {
    console.log(`step ${event.step.step}`)
    const { step } = event.step
    const events = (await host.ask.events('last')).length
    if (step >= 4 && events === 0) {
      host.steer('last', { kind: 'set', changes: { temperature: 0.8, 'rewardWeights.format': 0.3 } })
    }
    if (step >= 20 && events === 1 && process.env.STEER_LATE)
      host.steer('last', { kind: 'set', changes: { groupSize: 3 } })
  }
  if (event.type === 'run' && ['finished', 'interrupted', 'failed', 'stopped'].includes(event.run.status)) break
}
await host.idle()
await host.close()
console.log(`over ${host.look('last').run.status}`)
