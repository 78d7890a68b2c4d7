import type { Command } from 'commander'
import { type Estimate, type EstimateEvent, memoryParts, type TimeEstimate } from '../contract/estimate.ts'
import { Host } from '../host/host.ts'
import { loadRecipe } from '../host/recipes.ts'
import { gib } from '../host/refusal.ts'
import { onInterrupt } from './interrupt.ts'
import { backendOption, dataFolder, dataOption, jsonOption, setOption } from './options.ts'
import { duration, print, printJson, say, table } from './output.ts'
import { recipeGiven } from './recipe-given.ts'

interface EstimateOptions {
  set?: string[]
  backend?: string
  data?: string
  measure: boolean
  json?: boolean
}

export function addEstimate(program: Command): void {
  program
    .command('estimate')
    .description('the memory and time that a recipe will take on this machine, before it is started')
    .argument('<recipe>', 'name of a shipped recipe, or path of a recipe file')
    .addOption(setOption('change a field or setting of the recipe; repeatable'))
    .option('--no-measure', 'say what is known already, instead of trying the model for some seconds')
    .addOption(backendOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The first time a model is tried: a few updates and rollouts of the recipe's size. What was measured is kept in the data
folder. Status 1 when the run would not fit into memory.

Examples:
  grpo-studio estimate r1-zero-mini
  grpo-studio estimate smollm2-arithmetic --set microBatchTokens=1024 --set groupSize=16
  grpo-studio estimate ./my-recipe.json --no-measure --json | jq .memory.bytes`,
    )
    .action(run)
}

async function run(name: string, options: EstimateOptions): Promise<void> {
  const recipe = loadRecipe(recipeGiven(name, options), options.set ?? [])
  const host = new Host({ dataFolder: dataFolder(options), command: `grpo-studio estimate ${name}` })
  const interrupt = onInterrupt()
  try {
    const backend = options.backend ?? null
    let known: Estimate | undefined
    if (options.measure) {
      for await (const event of host.estimator.follow(recipe, backend, interrupt.signal)) {
        if (event.type === 'estimate') known = event.estimate
        else say(progress(event))
      }
    } else known = await host.estimator.now(recipe, backend, interrupt.signal)
    const estimate = known!
    if (options.json) printJson(estimate)
    else print(readable(estimate))
    process.exitCode = estimate.fits === false ? 1 : 0
  } catch (error) {
    if (!interrupt.happened()) throw error
    process.exitCode = 130
  } finally {
    await host.close()
  }
}

function progress(event: Exclude<EstimateEvent, { type: 'estimate' }>): string {
  if (event.type === 'unmeasured') return `Not measured: ${event.reason}`
  return event.part === 'update' ? 'Trying updates of this size…' : 'Trying rollouts of this size…'
}

function readable(estimate: Estimate): string {
  const { memory, machine, fits, remedy, remedyBytes, time, parameters, trained } = estimate
  const { work: _, ...still } = memory.parts
  const rows: [string, string][] = [
    ...(Object.keys(still) as (keyof typeof still)[]).map((part): [string, string] => [
      memoryParts[part],
      gib(still[part]),
    ]),
    ['sampling: KV cache and logits', gib(memory.sampling)],
    ['a micro-batch: activations and gradients', gib(memory.update)],
    ['in all, at the peak', gib(memory.bytes)],
    [
      machine.limitedBy === 'container' ? 'free in this container' : 'free on this machine',
      `${gib(machine.available)} of ${gib(machine.total)}`,
    ],
  ]
  const lines = [
    `${millions(parameters)} parameters, ${millions(trained)} of them trained`,
    '',
    table([`memory, ${memory.basis}`, ''], rows),
  ]
  if (fits === null) lines.push('', 'It computes on a GPU, whose own memory is not estimated.')
  if (fits === false) {
    lines.push(
      '',
      'It does not fit.',
      remedy
        ? `It would, with ${gib(remedyBytes!)}: ${remedy.map((c) => `${c.label} ${c.from} → ${c.to}`).join(', ')}`
        : `No setting would change that: the least would need ${gib(remedyBytes!)}. Choose a smaller model.`,
    )
  }
  if (!time) return lines.join('\n')
  const length = `${time.meanLength.toFixed(0)} tokens, ${time.lengths === 'sampled' ? 'as sampled now' : `as in run #${time.earlierRun}`}`
  const row = (what: string, of: 'typical' | 'full') => [
    what,
    stepSeconds(time[of].step),
    stepSeconds(time[of].rollout),
    stepSeconds(time[of].update),
    duration(time.runSeconds[of]),
  ]
  lines.push(
    '',
    table(
      ['time, with answers', 's/step', 'sampling', 'update', 'whole run'],
      [row(`of ${length}`, 'typical'), row('all at the limit', 'full')],
    ),
    ...(time.stages.length > 1 ? ['', stageTable(time)] : []),
    `measured on ${time.measuredOn}`,
  )
  return lines.join('\n')
}

const stepSeconds = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0))

const stageTable = ({ stages }: TimeEstimate): string =>
  table(
    ['stage', 'kind', 'steps', 's/step', 'in all'],
    stages.map(({ name, kind, steps, typical }) => [
      name,
      kind,
      steps,
      stepSeconds(typical),
      duration(steps * typical),
    ]),
  )

const millions = (count: number) =>
  count < 1e9 ? `${(count / 1e6).toPrecision(3)} M` : `${(count / 1e9).toPrecision(3)} billion`
