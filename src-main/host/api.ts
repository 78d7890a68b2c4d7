/** The contract, answered by a host. */
import { implement, ORPCError } from '@orpc/server'
import { type AppInfo, contract, type Diagnosis } from '../contract/api.ts'
import { asItWent } from '../contract/as-it-went.ts'
import { reportOf, StudioError } from '../contract/errors.ts'
import type { Stage } from '../contract/stages.ts'
import { refusalsFor } from '../contract/trainer-refusals.ts'
import { acceptingDoubts } from '../library/reward-models.ts'
import { measure } from './evaluate.ts'
import type { Host } from './host.ts'
import { requireOwn } from './ingest/own.ts'
import { createLabelSet, label, removeSet, undo } from './labelling.ts'
import { notUnderstood } from './not-understood.ts'
import { listOwnRewards, removeOwnReward, saveOwnReward, tryOwnReward } from './own-rewards.ts'
import { answer, resample } from './playground.ts'
import { listPresets, removePreset, restorePreset, savePreset } from './presets.ts'
import { recipeSource } from './recipe-edit.ts'
import { recipeOfText } from './recipe-text.ts'
import { describeRecipe, listRecipes, loadRecipe } from './recipes.ts'
import { listSetUps, prepareSweep, startSweep } from './sweeps.ts'
import { tokenViews } from './token-views.ts'

export interface ApiOptions {
  host: Host
  info: Omit<AppInfo, 'dataFolder' | 'notices'>
  diagnose(): Promise<Diagnosis>
}

export type Api = ReturnType<typeof makeApi>

export function makeApi({ host, info, diagnose }: ApiOptions) {
  const api = implement(contract)
  const { ask } = host
  return api.router({
    app: {
      info: api.app.info.handler(() => ({ ...info, dataFolder: host.dataFolder, notices: host.notices })),
      diagnose: api.app.diagnose.handler(() => diagnose()),
    },
    recipes: {
      list: api.recipes.list.handler(() => listRecipes()),
      read: api.recipes.read.handler(({ input }) => describeRecipe(recipeOfText(input.text, input.name))),
      resolve: api.recipes.resolve.handler(({ input }) => loadRecipe(input.recipe, input.assignments)),
    },
    presets: {
      list: api.presets.list.handler(() => listPresets(host.dataFolder)),
      save: api.presets.save.handler(({ input: { name, title, replace, ...from } }) =>
        savePreset(host.dataFolder, name, title, loadRecipe(from.recipe, from.assignments), replace),
      ),
      remove: api.presets.remove.handler(({ input }) => removePreset(host.dataFolder, input.name)),
      restore: api.presets.restore.handler(({ input }) => restorePreset(host.dataFolder, input.name)),
    },
    runs: {
      list: api.runs.list.handler(() => host.ask.runs()),
      sparklines: api.runs.sparklines.handler(({ input }) => ask.sparklines(input.points)),
      mark: api.runs.mark.handler(({ input }) => host.mark(input.runs, input.change)),
      remove: api.runs.remove.handler(({ input }) => host.bin.remove(input.runs)),
      restore: api.runs.restore.handler(({ input }) => host.bin.restore(input.runs)),
      bin: api.runs.bin.handler(() => host.bin.list()),
      emptyBin: api.runs.emptyBin.handler(async () => {
        const count = await host.bin.empty()
        host.disk.stale()
        return count
      }),
      get: api.runs.get.handler(({ input }) => host.ask.run(input.runId)),
      recipe: api.runs.recipe.handler(async ({ input }) => {
        const [run, events] = await Promise.all([ask.run(input.runId), ask.events(input.runId)])
        if (!run.job) requireOwn(run, 'launched again')
        return asItWent(run.config, run.stages, events)
      }),
      launch: api.runs.launch.handler(({ input }) =>
        host.launch(
          launched(input),
          input.backend,
          input.anyway,
          undefined,
          recipeSource(input.recipe, input.assignments),
        ),
      ),
      rewardModels: api.runs.rewardModels.handler(({ input }) =>
        host.rewardModels.of(loadRecipe(input.recipe, input.assignments)),
      ),
      estimate: api.runs.estimate.handler(({ input, signal }) =>
        crossing(host.estimator.follow(loadRecipe(input.recipe, input.assignments), input.backend, signal)),
      ),
      fork: api.runs.fork.handler(({ input: { runId, step, assignments, ...how } }) =>
        host.fork(runId, step, assignments, how),
      ),
      rollBack: api.runs.rollBack.handler(({ input }) =>
        host.rollBack(input.runId, input.to, input.changes, input.note),
      ),
      resume: api.runs.resume.handler(({ input }) => host.resume(input.runId, input.recipe)),
      recipeEdit: api.runs.recipeEdit.handler(({ input }) => host.recipeEdit(input.runId)),
      steer: api.runs.steer.handler(({ input: { runId, stage, insert, ...command } }) => {
        const detail = { ...(stage !== undefined && { stage }), ...(insert && { insert: insert as Stage }) }
        return host.steer(runId, Object.keys(detail).length > 0 ? { ...command, detail } : command)
      }),
      metrics: api.runs.metrics.handler(({ input }) => ask.metrics(input.runId, input.names, input.afterStep)),
      evaluations: api.runs.evaluations.handler(({ input }) => ask.evaluations(input.runId)),
      events: api.runs.events.handler(({ input }) => ask.events(input.runId)),
      alerts: api.runs.alerts.handler(({ input }) => host.ask.alerts(input.runId)),
      checkpoints: api.runs.checkpoints.handler(({ input }) => ask.checkpoints(input.runId)),
      compare: api.runs.compare.handler(({ input }) => ask.comparison(input.a, input.b)),
      commonPrompts: api.runs.commonPrompts.handler(({ input }) => ask.commonPrompts(input)),
    },
    queue: {
      get: api.queue.get.handler(() => host.queue.state()),
      add: api.queue.add.handler(({ input }) =>
        host.queue.add([
          {
            recipe: launched(input),
            backend: input.backend,
            anyway: input.anyway,
            source: recipeSource(input.recipe, input.assignments),
          },
        ]),
      ),
      move: api.queue.move.handler(({ input }) => host.queue.move(input.id, input.place)),
      remove: api.queue.remove.handler(({ input }) => host.queue.remove(input.ids)),
      putBack: api.queue.putBack.handler(({ input }) => host.queue.putBack(input.ids)),
      start: api.queue.start.handler(() => host.queue.start()),
      hold: api.queue.hold.handler(() => host.queue.hold()),
    },
    sweeps: {
      setUps: api.sweeps.setUps.handler(() => listSetUps()),
      list: api.sweeps.list.handler(() => ask.sweeps()),
      get: api.sweeps.get.handler(({ input }) => ask.sweep(input.name)),
      plan: api.sweeps.plan.handler(({ input }) => {
        const { plan, runs } = prepareSweep(input.sweep)
        return { plan, runs: runs.length }
      }),
      start: api.sweeps.start.handler(({ input }) => ({
        name: startSweep(host, prepareSweep(input.sweep), input.backend),
      })),
      report: api.sweeps.report.handler(async ({ input }) => {
        const [result, { sweepReport }] = await Promise.all([ask.sweep(input.name), import('../report/sweep.ts')])
        return sweepReport(result, info.version)
      }),
    },
    groups: {
      ofStep: api.groups.ofStep.handler(({ input }) => ask.groupsOfStep(input.runId, input.step)),
      get: api.groups.get.handler(({ input }) => ask.group(input.runId, input.step, input.group)),
      figures: api.groups.figures.handler(({ input }) => ask.groupFigures(input.runId, input.afterStep)),
      moment: api.groups.moment.handler(({ input }) => ask.moment(input.runId, input)),
      promptHistory: api.groups.promptHistory.handler(({ input }) => ask.promptHistory(input.runId, input.prompt)),
      label: api.groups.label.handler(({ input }) => host.label(input)),
      labels: api.groups.labels.handler(({ input }) => ask.labelsInUse(input.runId)),
      tokens: api.groups.tokens.handler(({ input, signal }) => tokenViews(host, input, signal)),
      search: api.groups.search.handler(({ input }) => ask.traces(input)),
      evaluationSamples: api.groups.evaluationSamples.handler(({ input }) =>
        ask.evaluationSamples(input.runId, input.step, input.limit),
      ),
    },
    rewards: {
      list: api.rewards.list.handler(() => listOwnRewards(host.dataFolder)),
      save: api.rewards.save.handler(({ input }) => saveOwnReward(host.dataFolder, input)),
      remove: api.rewards.remove.handler(({ input }) => removeOwnReward(host.dataFolder, input.name)),
      try: api.rewards.try.handler(({ input }) => tryOwnReward(host, input)),
    },
    preferences: {
      sets: api.preferences.sets.handler(() => ask.labelSets()),
      create: api.preferences.create.handler(({ input }) => createLabelSet(host, input)),
      remove: api.preferences.remove.handler(({ input }) => removeSet(host, input.set)),
      state: api.preferences.state.handler(({ input }) => ask.labelState(input.set)),
      label: api.preferences.label.handler(({ input }) => label(host, input)),
      undo: api.preferences.undo.handler(({ input }) => undo(host, input.set)),
      lines: api.preferences.lines.handler(({ input }) => ask.labelledLines(input.set)),
    },
    rewardModels: {
      list: api.rewardModels.list.handler(() => host.rewardModels.list()),
      train: api.rewardModels.train.handler(({ input }) => host.rewardModels.train(input)),
      cancel: api.rewardModels.cancel.handler(() => host.rewardModels.cancel()),
      remove: api.rewardModels.remove.handler(
        async ({ input }) => void (await host.library.remove({ kind: 'reward-model', ...input })),
      ),
      compare: api.rewardModels.compare.handler(({ input: { names, data }, signal }) =>
        host.rewardModels.compare(names, data, signal),
      ),
      try: api.rewardModels.try.handler(({ input: { name, prompt, texts }, signal }) =>
        host.rewardModels.try(name, prompt, texts, signal),
      ),
    },
    models: {
      list: api.models.list.handler(() => host.models.list()),
      fetch: api.models.fetch.handler(({ input: { name, ...from } }) => host.models.fetch(name, from)),
      cancel: api.models.cancel.handler(({ input }) => host.models.cancel(input.name)),
      remove: api.models.remove.handler(
        async ({ input }) => void (await host.library.remove({ kind: 'model', ...input })),
      ),
    },
    library: {
      disk: api.library.disk.handler(() => host.disk.state()),
      use: api.library.use.handler(async () => host.library.use(await ask.libraryUse())),
      checkpoints: api.library.checkpoints.handler(() => ask.checkpointsByRun()),
      plan: api.library.plan.handler(({ input }) => host.library.plan(input)),
      remove: api.library.remove.handler(({ input }) => host.library.remove(input)),
    },
    retention: {
      of: api.retention.of.handler(({ input }) => ask.texts(input.runId)),
      plan: api.retention.plan.handler(({ input }) => ask.retentionPlan(input.runId, input.retention)),
      set: api.retention.set.handler(({ input }) => host.thinning.set(input.runId, input.retention)),
      default: api.retention.default.handler(() => ask.defaultRetention()),
      setDefault: api.retention.setDefault.handler(({ input }) => host.keepByDefault(input)),
    },
    alerts: {
      list: api.alerts.list.handler(({ input }) => ask.allAlerts(input)),
      unseen: api.alerts.unseen.handler(() => ask.unseenAlerts()),
      mark: api.alerts.mark.handler(({ input }) => host.markSeen(input.ids, input.seen)),
    },
    playground: {
      answer: api.playground.answer.handler(({ input, signal }) => crossing(answer(host, input, signal))),
      resample: api.playground.resample.handler(({ input, signal }) => crossing(resample(host, input, signal))),
    },
    measuring: {
      list: api.measuring.list.handler(() => ask.evaluationEntries()),
      measure: api.measuring.measure.handler(({ input, signal }) => crossing(measure(host, input, signal))),
      preview: api.measuring.preview.handler(({ input, signal }) => host.job('preview-data', input, { signal })),
    },
    imports: {
      look: api.imports.look.handler(({ input }) => host.imports.look(input)),
      start: api.imports.start.handler(({ input }) => host.imports.start(input)),
      cancel: api.imports.cancel.handler(() => host.imports.cancel()),
      state: api.imports.state.handler(() => host.imports.state),
    },
    ray: {
      clusters: api.ray.clusters.handler(() => host.ray.clusters.list()),
      saveCluster: api.ray.saveCluster.handler(({ input }) => host.ray.clusters.save(input.cluster, input.before)),
      removeCluster: api.ray.removeCluster.handler(({ input }) => host.ray.clusters.remove(input.name)),
      tryCluster: api.ray.tryCluster.handler(({ input }) => host.ray.try(input.cluster)),
      refusals: api.ray.refusals.handler(({ input }) =>
        refusalsFor(loadRecipe(input.recipe, input.assignments), host.ray.clusters.require(input.cluster).trainer),
      ),
      launch: api.ray.launch.handler(({ input: { recipe, assignments, cluster } }) =>
        host.launchOn(cluster, loadRecipe(recipe, assignments), recipeSource(recipe, assignments)),
      ),
      jobs: api.ray.jobs.handler(({ input }) => host.ray.jobs(input.runId)),
      stop: api.ray.stop.handler(({ input }) => host.ray.stop(input.runId)),
      log: api.ray.log.handler(({ input: { runId, attempt, from, to } }) => host.ray.log(runId, attempt, from, to)),
      searchLog: api.ray.searchLog.handler(({ input: { runId, attempt, text } }) =>
        host.ray.searchLog(runId, attempt, text),
      ),
    },
    live: {
      subscribe: api.live.subscribe.handler(({ signal }) => crossing(host.subscribe(signal))),
    },
  })
}

function launched({
  recipe,
  assignments,
  useDoubtful,
}: {
  recipe: Parameters<typeof loadRecipe>[0]
  assignments: string[]
  useDoubtful: boolean
}) {
  const loaded = loadRecipe(recipe, assignments)
  return useDoubtful ? acceptingDoubts(loaded) : loaded
}

async function* crossing<T>(events: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  try {
    yield* events
  } catch (error) {
    throw crossingError(error)
  }
}

/** For an oRPC handler of either transport: errors cross as `crossingError` makes them. */
export const rpcOptions = {
  clientInterceptors: [
    async <T>({ next }: { next(): Promise<T> }): Promise<T> => {
      try {
        return await next()
      } catch (error) {
        throw crossingError(error)
      }
    },
  ],
}

/** What a window gets: our code, the sentence, and the whole report as data. */
export function crossingError(error: unknown): ORPCError<string, unknown> {
  if (error instanceof StudioError) return orpc(error)
  if (error instanceof ORPCError) {
    const issues = (error.data as { issues?: { path?: PropertyKey[]; message: string }[] } | undefined)?.issues
    if (!issues) return error
    return orpc(notUnderstood(issues))
  }
  console.error(error)
  return orpc(error)
}

function orpc(error: unknown): ORPCError<string, unknown> {
  const report = reportOf(error)
  return new ORPCError(report.code, { status: 400, message: report.message, data: report, cause: error })
}
