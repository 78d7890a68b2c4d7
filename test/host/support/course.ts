/** Everything of a run that its seed and its story determine, as it is stored: what two runs that should be alike are compared by. */
import { timingMetrics } from '../../../src-main/contract/metrics.ts'
import { queries } from '../../../src-main/store/queries.ts'
import { lookInto } from '../../../src-main/store/reader.ts'

/** @param after only the steps beyond this one */
export function courseOf(dataFolder: string, run: string, after = 0) {
  return lookInto(dataFolder, (db) => {
    const { steps, series } = queries.metrics(db, dataFolder, run, undefined, after)
    for (const name of timingMetrics) delete series[name]
    return {
      steps,
      series,
      groups: steps.map((step) =>
        queries.groupsOfStep(db, dataFolder, run, step).map((g) => queries.group(db, dataFolder, run, step, g.group)),
      ),
      evaluations: queries
        .evaluations(db, dataFolder, run)
        .filter(({ step }) => step >= after)
        .map(({ at: _, seconds: __, ...rest }) => rest),
    }
  })
}
