/** What a recipe needs that lies elsewhere on the disk, by the names that it has for it. */
import { type Recipe, rewardModelStages, rewardsOf, settingsOfStages, type TaskKind } from './recipe.ts'
import { parametersOf } from './rewards.ts'
import { isSupervised, sourcesOf } from './stages.ts'

/** Models that it trains or begins with; "embedded" is none that lies elsewhere. */
export function modelsOf({ model, stages }: Recipe): string[] {
  const named = stages.flatMap((stage) => ('model' in stage && stage.model !== undefined ? [stage.model] : []))
  return [...new Set([model, ...named])].filter((name) => name !== 'embedded')
}

/** Reward models that it weighs, without those that it trains itself. */
export function rewardModelNamesOf(recipe: Recipe): string[] {
  const own = new Set<string>(rewardModelStages(recipe).map(({ name }) => name))
  const weighed = rewardsOf(recipe)
  const learnt = (['helpfulness', 'safety'] as const).filter((name) => weighed.includes(name))
  const named = settingsOfStages(recipe).flatMap(({ rewardParameters }) =>
    learnt.map((name) => parametersOf(name, rewardParameters).model),
  )
  return [...new Set(named)].filter((name) => name !== '' && !own.has(name))
}

/** Files that it learns from or is measured with. */
export function filesOf({ data, stages }: Recipe): string[] {
  const ofStages = stages.flatMap((stage): string[] => {
    if (stage.kind === 'reward-model') return 'file' in stage.data ? [stage.data.file] : []
    if (!isSupervised(stage)) return []
    return sourcesOf(stage.data).flatMap((source) =>
      typeof source === 'object' && 'file' in source ? [source.file] : [],
    )
  })
  return [...new Set([...(data ? [data.train, data.eval] : []), ...ofStages])]
}

/** Kinds of problems that are generated for it. */
export const tasksOf = ({ task }: Recipe): TaskKind[] =>
  (Object.entries(task ?? {}) as [TaskKind, number][]).filter(([, weight]) => weight > 0).map(([kind]) => kind)
