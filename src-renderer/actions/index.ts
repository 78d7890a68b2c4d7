/** All commands, in the order of the palette and of the list of shortcuts. */
import type { Action } from './action.ts'
import { compareFamily, forkRun, rollBack } from './branch.ts'
import { nextAbscissa, resetZoom, toggleLog, toggleSmoothing, zoomIn, zoomOut } from './charts.ts'
import {
  goToCompare,
  goToLive,
  goToMeasure,
  goToModels,
  goToPlayground,
  goToPreferences,
  goToRewardModels,
  goToRewards,
  goToRuns,
  goToSweeps,
  goToSystem,
  goToTraces,
} from './goTo.ts'
import {
  acrossTime,
  close,
  earlier,
  follow,
  later,
  nextColour,
  nextGroup,
  openBest,
  previousGroup,
  toggleDifferences,
  toggleRows,
} from './groups.ts'
import { duplicateRun, exportRecipeOfRun, launch } from './launch.ts'
import { archiveRuns, deleteRuns, noteRuns, starRuns } from './marks.ts'
import { measureModel, stopMeasure } from './measuring.ts'
import { oneStep } from './oneStep.ts'
import { pause } from './pause.ts'
import { insertStage, repeatStage } from './plan.ts'
import { askModel, stopAnswering } from './playground.ts'
import {
  markDifferences,
  preferLeft,
  preferRight,
  saveLabels,
  scrollDown,
  scrollUp,
  skip,
  tie,
  undoLabel,
} from './preferences.ts'
import { holdQueue, startQueue } from './queue.ts'
import { resumeRun } from './resumeRun.ts'
import { saveComparison, saveMetrics, saveRuns, saveTraces } from './saving.ts'
import { nextStage, refreshReference, stayInStage } from './stages.ts'
import { applyChanges, focusSteering, takeBack } from './steering.ts'
import { stop } from './stop.ts'
import { newSweep } from './sweeps.ts'
import { labelTrace, nextTrace, openTrace, previousTrace } from './traces.ts'
import { openPalette, showShortcuts, toggleScheme } from './window.ts'

export const actions: Action[] = [
  launch,
  pause,
  oneStep,
  stop,
  resumeRun,
  duplicateRun,
  exportRecipeOfRun,
  forkRun,
  rollBack,
  compareFamily,
  starRuns,
  noteRuns,
  archiveRuns,
  deleteRuns,
  ...Object.values(saveRuns),
  startQueue,
  holdQueue,
  newSweep,
  focusSteering,
  applyChanges,
  takeBack,
  nextStage,
  stayInStage,
  refreshReference,
  repeatStage,
  insertStage,
  openBest,
  earlier,
  later,
  follow,
  previousGroup,
  nextGroup,
  acrossTime,
  nextColour,
  toggleDifferences,
  toggleRows,
  zoomIn,
  zoomOut,
  resetZoom,
  toggleSmoothing,
  nextAbscissa,
  toggleLog,
  ...Object.values(saveMetrics),
  ...Object.values(saveComparison),
  nextTrace,
  previousTrace,
  openTrace,
  labelTrace,
  ...Object.values(saveTraces),
  askModel,
  stopAnswering,
  measureModel,
  stopMeasure,
  preferLeft,
  preferRight,
  tie,
  skip,
  undoLabel,
  markDifferences,
  scrollDown,
  scrollUp,
  saveLabels,
  goToRuns,
  goToLive,
  goToTraces,
  goToPlayground,
  goToModels,
  goToRewards,
  goToCompare,
  goToPreferences,
  goToSweeps,
  goToRewardModels,
  goToMeasure,
  goToSystem,
  openPalette,
  showShortcuts,
  toggleScheme,
  close,
]
