/** All commands, in the order of the palette and of the list of shortcuts. */
import type { Action } from './action.ts'
import { seeAllAlerts } from './alerts.ts'
import { compareFamily, forkRun, rollBack } from './branch.ts'
import { nextAbscissa, resetZoom, saveValues, toggleLog, toggleSmoothing, zoomIn, zoomOut } from './charts.ts'
import {
  goToAlerts,
  goToCompare,
  goToHelp,
  goToLibrary,
  goToLive,
  goToMeasure,
  goToPlayground,
  goToPreferences,
  goToRewardModels,
  goToRewards,
  goToRuns,
  goToSettings,
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
import { duplicateRun, launch } from './launch.ts'
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
import { nextStage, refreshReference, stayInStage } from './stages.ts'
import { applyChanges, focusSteering, takeBack } from './steering.ts'
import { stop } from './stop.ts'
import { newSweep } from './sweeps.ts'
import { labelTrace, nextTrace, openTrace, previousTrace, saveTraces, saveTracesCsv } from './traces.ts'
import { openPalette, showShortcuts, toggleScheme } from './window.ts'

export const actions: Action[] = [
  launch,
  pause,
  oneStep,
  stop,
  resumeRun,
  duplicateRun,
  forkRun,
  rollBack,
  compareFamily,
  starRuns,
  noteRuns,
  archiveRuns,
  deleteRuns,
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
  saveValues,
  nextTrace,
  previousTrace,
  openTrace,
  labelTrace,
  saveTraces,
  saveTracesCsv,
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
  goToLibrary,
  goToRewards,
  goToCompare,
  goToPreferences,
  goToSweeps,
  goToRewardModels,
  goToMeasure,
  goToAlerts,
  goToSystem,
  goToSettings,
  goToHelp,
  seeAllAlerts,
  openPalette,
  showShortcuts,
  toggleScheme,
  close,
]
