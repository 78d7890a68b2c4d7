/** In which stage of its recipe a step of another trainer is: each has the steps that were planned. Who has no recipe has one stage, whatever its length. */
import type { HostEvent } from '../../contract/api.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { Db } from '../../store/database.ts'
import { type RunRow, updateRun } from '../../store/runs.ts'
import { beginStage, endStage, stagesOf } from '../../store/stages.ts'

const plannedOf = ({ config }: Pick<RunRow, 'config'>) => (JSON.parse(config) as Recipe).stages

export function stageAt(row: Pick<RunRow, 'config'>, step: number): number {
  const stages = plannedOf(row)
  let last = 0
  const found = stages.findIndex(({ steps }) => {
    last += steps
    return step <= last
  })
  return found < 0 ? stages.length - 1 : found
}

/** Notes that the run has come to this stage. Must run inside a transaction. */
export function enterStages(db: Db, row: RunRow, to: number): HostEvent[] {
  const { number, id: runId } = row
  const begun = stagesOf(db, number).find(({ stage }) => stage === to)?.firstStep !== null
  if (begun) return []
  let first = 1
  plannedOf(row).forEach(({ steps }, stage) => {
    if (stage < to) {
      beginStage(db, number, stage, first)
      endStage(db, number, stage, first + steps - 1, 'steps')
    }
    if (stage === to) beginStage(db, number, stage, first)
    first += steps
  })
  updateRun(db, number, { stage: to })
  return [{ type: 'stages', runId, stages: stagesOf(db, number) }]
}
