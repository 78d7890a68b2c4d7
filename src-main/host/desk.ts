/** What a host does for other processes on its folder, by name: see `requests.ts`. */
import { z } from 'zod'
import { StudioError } from '../contract/errors.ts'
import { importAskSchema } from '../contract/imports.ts'
import { marksChange, runNames } from '../contract/marks.ts'
import { entryIds, queueMove } from '../contract/queue.ts'
import { parseRecipe } from '../contract/recipe.ts'
import { recipeSourceSchema } from '../contract/recipe-edit.ts'
import { retentionSchema } from '../contract/retention.ts'
import type { SweepPlan } from '../contract/sweep.ts'
import type { Host } from './host.ts'
import { notUnderstood } from './not-understood.ts'
import { checkCluster } from './ray/clusters.ts'
import { startSweep } from './sweeps.ts'

const orders = z.array(
  z.object({
    recipe: z.unknown(),
    backend: z.string().nullable().default(null),
    anyway: z.boolean().default(false),
    source: recipeSourceSchema.nullish(),
  }),
)

const sweep = z.object({
  name: z.string(),
  plan: z.custom<SweepPlan>(),
  runs: z.array(z.object({ cell: z.number().int().min(0), recipe: z.unknown() })),
  backend: z.string().nullable(),
})

const named = z.object({ name: z.string() })

const launching = z.object({ cluster: z.string(), recipe: z.unknown(), source: recipeSourceSchema.nullable() })

const runName = z.string().min(1).max(100)
const keeping = z.object({ run: runName, retention: retentionSchema })

const services = {
  'queue.add': async (host: Host, input: unknown) =>
    host.queue.add(orders.parse(input).map((order) => ({ ...order, recipe: parseRecipe(order.recipe, 'The recipe') }))),
  'queue.move': async (host: Host, input: unknown) => {
    const { id, place } = queueMove.parse(input)
    return host.queue.move(id, place)
  },
  'queue.remove': async (host: Host, input: unknown) => host.queue.remove(entryIds.parse(input).ids),
  'queue.start': (host: Host) => host.queue.start(),
  'sweep.start': async (host: Host, input: unknown) => {
    const { runs, backend, ...rest } = sweep.parse(input)
    const checked = runs.map(({ cell, recipe }) => ({ cell, recipe: parseRecipe(recipe, 'The recipe') }))
    return startSweep(host, { ...rest, runs: checked }, backend)
  },
  'runs.remove': async (host: Host, input: unknown) => host.bin.remove(runNames.parse(input)),
  'runs.restore': async (host: Host, input: unknown) => host.bin.restore(runNames.parse(input)),
  'runs.empty-bin': (host: Host) => host.bin.empty(),
  'runs.mark': async (host: Host, input: unknown) => {
    const { runs, change } = z.object({ runs: runNames, change: marksChange }).parse(input)
    return host.mark(runs, change)
  },
  'import.look': async (host: Host, input: unknown) => host.imports.look(importAskSchema.parse(input)),
  'import.start': async (host: Host, input: unknown) => host.imports.start(importAskSchema.parse(input)),
  'import.state': async (host: Host) => host.imports.state,
  'import.cancel': async (host: Host) => host.imports.cancel(),
  'clusters.list': async (host: Host) => host.ray.clusters.list(),
  'clusters.save': async (host: Host, input: unknown) => {
    const { cluster, replace } = z.object({ cluster: z.unknown(), replace: z.boolean() }).parse(input)
    const checked = checkCluster(cluster)
    return host.ray.clusters.save(checked, replace ? checked.name : null)
  },
  'clusters.remove': async (host: Host, input: unknown) => host.ray.clusters.remove(named.parse(input).name),
  'clusters.try': async (host: Host, input: unknown) =>
    host.ray.try(host.ray.clusters.require(named.parse(input).name)),
  'jobs.launch': async (host: Host, input: unknown) => {
    const { cluster, recipe, source } = launching.parse(input)
    return host.launchOn(cluster, parseRecipe(recipe, 'The recipe'), source)
  },
  'jobs.stop': async (host: Host, input: unknown) => host.ray.stop(z.object({ run: z.string() }).parse(input).run),
  'texts.of': async (host: Host, input: unknown) => host.ask.texts(runName.parse(input)),
  'texts.plan': async (host: Host, input: unknown) => {
    const { run, retention } = keeping.parse(input)
    return host.ask.retentionPlan(run, retention)
  },
  'texts.set': async (host: Host, input: unknown) => {
    const { run, retention } = keeping.parse(input)
    return host.thinning.set(run, retention)
  },
  'texts.default': async (host: Host) => host.ask.defaultRetention(),
  'texts.set-default': async (host: Host, input: unknown) => host.keepByDefault(retentionSchema.parse(input)),
  'queue.hold': async (host: Host) => host.queue.hold(),
}

export type Services = typeof services
export type ServiceName = keyof Services

/** @throws StudioError bad-request for a service that there is not; what the service throws */
export async function serve(host: Host, name: string, input: unknown): Promise<unknown> {
  const service = services[name as ServiceName]
  if (service) {
    try {
      return await service(host, input)
    } catch (error) {
      throw error instanceof z.ZodError ? notUnderstood(error.issues) : error
    }
  }
  throw new StudioError(
    'bad-request',
    `There is no service "${name}".`,
    'Use the same version of grpo-studio for both.',
  )
}
