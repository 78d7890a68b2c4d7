/** All commands, in the order of the palette and of the list of shortcuts. */
import type { Action } from './action.ts'
import { seeAllAlerts } from './alerts.ts'
import { compareFamily, forkRun, rollBack } from './branch.ts'
import { arrangeCharts, nextAbscissa, resetZoom, toggleLog, toggleSmoothing, zoomIn, zoomOut } from './charts.ts'
import { compareSamples, nextCompared, previousCompared } from './compare.ts'
import {
  goToAlerts,
  goToCompare,
  goToGroups,
  goToHelp,
  goToLibrary,
  goToLive,
  goToMeasure,
  goToPipeline,
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
  toggleFormulas,
  toggleRows,
} from './groups.ts'
import { earlierDraw, laterDraw, nextPrompt, openDraw, otherGroupsView, previousPrompt } from './groups-page.ts'
import { importRun } from './import.ts'
import { duplicateRun, exportRecipeOfRun, launch } from './launch.ts'
import { archiveRuns, deleteRuns, keepTexts, noteRuns, starRuns } from './marks.ts'
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
import { addCluster, endJob, jobLog } from './ray.ts'
import { resumeRun } from './resumeRun.ts'
import { saveCheckpoint } from './saveCheckpoint.ts'
import { saveComparison, saveMetrics, saveRuns, saveTraces } from './saving.ts'
import { nextStage, refreshReference, stayInStage } from './stages.ts'
import { applyChanges, focusSteering, takeBack } from './steering.ts'
import { stop } from './stop.ts'
import { newSweep } from './sweeps.ts'
import {
  labelTrace,
  nextTrace,
  openTrace,
  previousTrace,
  selectFound,
  selectTraceHere,
  traceThroughTime,
} from './traces.ts'
import { tryPrompt } from './try-prompt.ts'
import { copyAddress, openPalette, showShortcuts, toggleScheme } from './window.ts'

export const actions: Action[] = [
  launch,
  importRun,
  pause,
  oneStep,
  stop,
  saveCheckpoint,
  resumeRun,
  jobLog,
  endJob,
  duplicateRun,
  exportRecipeOfRun,
  forkRun,
  rollBack,
  compareFamily,
  starRuns,
  noteRuns,
  keepTexts,
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
  toggleFormulas,
  tryPrompt,
  toggleRows,
  nextPrompt,
  previousPrompt,
  earlierDraw,
  laterDraw,
  openDraw,
  otherGroupsView,
  nextCompared,
  previousCompared,
  compareSamples,
  zoomIn,
  zoomOut,
  resetZoom,
  toggleSmoothing,
  nextAbscissa,
  arrangeCharts,
  toggleLog,
  ...Object.values(saveMetrics),
  ...Object.values(saveComparison),
  nextTrace,
  previousTrace,
  openTrace,
  traceThroughTime,
  selectTraceHere,
  selectFound,
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
  goToGroups,
  goToTraces,
  goToPlayground,
  goToLibrary,
  goToRewards,
  goToCompare,
  goToPipeline,
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
  copyAddress,
  showShortcuts,
  toggleScheme,
  addCluster,
  close,
]
