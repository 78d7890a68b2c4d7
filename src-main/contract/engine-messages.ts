/** What passes between the host and an engine process. The engine is a function of these and nothing else. */
import type { ErrorReport } from './errors.ts'
import type { EvaluationReport } from './evaluation.ts'
import type { JobName } from './jobs.ts'
import type { KnobChanges } from './knobs.ts'
import type { Recipe } from './recipe.ts'
import type {
  AlertRecord,
  BackendProbe,
  CheckpointRecord,
  PhaseReport,
  StageRecord,
  SteeringEvent,
  StepReport,
} from './records.ts'
import type { Settings } from './settings.ts'

export type ToEngine =
  | {
      type: 'start'
      recipe: Recipe
      /** The run's own folder; checkpoints go below it. */
      folder: string
      backend: string | null
      /** Checkpoint folder (relative to the run's) to go on from; null starts afresh. */
      checkpoint: string | null
      /** Confirmed events at or after the checkpoint's next step, in order: re-applied at their own steps. */
      replay: SteeringEvent[]
      /** Begin paused. */
      paused: boolean
      /** Where reward models lie that the recipe names; without it, paths alone are found. */
      rewardModels?: string
    }
  | { type: 'command'; event: SteeringEvent }
  /** The step is in the database: the engine may report the next. */
  | { type: 'stored'; step: number }
  /** Instead of a run: one job at a time, any number of them. What is asked is `Jobs[name]['ask']`. */
  | { type: 'job'; name: JobName; ask: unknown }

export type FromEngine = RunMessage | JobMessage

export type JobMessage =
  | { type: 'job-news'; news: unknown }
  | { type: 'job-done'; answer: unknown }
  | { type: 'job-failed'; error: ErrorReport }

export type RunMessage =
  | { type: 'ready'; backend: string; device: string; probes: BackendProbe[]; parameters: number }
  /** The command is in force from `effectiveStep` on, or was refused. */
  | {
      type: 'applied'
      id: number
      effectiveStep: number
      before: KnobChanges
      refused: string | null
      settings: Settings
    }
  | { type: 'stage-began'; stage: number; firstStep: number; settings: Settings }
  | { type: 'stage-ended'; stage: number; lastStep: number; reason: NonNullable<StageRecord['endReason']> }
  | { type: 'step'; report: StepReport; seconds: number }
  | { type: 'evaluation'; report: EvaluationReport }
  | { type: 'checkpoint'; record: CheckpointRecord }
  | { type: 'phase'; phase: PhaseReport }
  | { type: 'paused'; step: number; reason: 'asked' | 'alert' }
  | { type: 'running'; step: number }
  | { type: 'staying'; staying: boolean }
  | { type: 'alert'; alert: Omit<AlertRecord, 'id'>; pause: boolean }
  | { type: 'finished'; reason: 'steps' | 'stopped'; step: number }
  | { type: 'failed'; error: ErrorReport }
