/** The one contract between the host and whoever watches and steers: the window (WebSocket or MessagePort) and the tests. */
import { eventIterator, oc, type } from '@orpc/contract'
import { z } from 'zod'
import { type AlertList, alertMark, alertQuery } from './alerts.ts'
import { type CommonPrompts, commonPromptsQuery } from './common-prompts.ts'
import type { SideRewards } from './composite.ts'
import type { ErrorReport } from './errors.ts'
import type { EstimateEvent } from './estimate.ts'
import type { Comparison, EvaluationEntry, EvaluationSample, EvaluationSummary } from './evaluation.ts'
import { figuresQuery, type GroupFigures } from './group-figures.ts'
import { type ImportFound, type ImportState, importAskSchema } from './imports.ts'
import type { GeneratedText } from './jobs.ts'
import { type LabelledLine, type LabelSet, type LabelState, labelGiven, newLabelSet } from './labelling.ts'
import { type DiskUse, type LibraryUse, type RemovalPlan, type RunCheckpoints, removal } from './library.ts'
import { type BinnedRun, marksChange, runNames } from './marks.ts'
import { type DataPreview, type MeasureNews, measureOrder, problemFile } from './measuring.ts'
import type { FetchState, ModelList } from './models.ts'
import { type OwnReward, type OwnRewardResult, ownRewardName, ownRewardSchema, ownRewardTrial } from './own-reward.ts'
import { type Preset, presetName } from './presets.ts'
import { entryIds, type QueueEntry, type QueueState, queueMove } from './queue.ts'
import {
  type Cluster,
  type ClusterState,
  clusterName,
  clusterSchema,
  type LogHit,
  type LogPage,
  type RayJob,
} from './ray.ts'
import type { Recipe } from './recipe.ts'
import type { RecipeEdit } from './recipe-edit.ts'
import type {
  AlertRecord,
  BackendProbe,
  FinishReason,
  GroupRecord,
  GroupSummary,
  ListedCheckpoint,
  PhaseReport,
  RewardPart,
  RunDetail,
  RunSummary,
  StageRecord,
  SteeringEvent,
  StepSummary,
} from './records.ts'
import { commandKinds } from './records.ts'
import { type ResampleNews, resampleOrder } from './resampling.ts'
import { type Retention, type RetentionPlan, type RunTexts, retentionSchema } from './retention.ts'
import {
  comparisonOrder,
  type NamedRewardModel,
  type RewardModelComparison,
  type RewardModelList,
  type TrainingPoint,
  type TrainingState,
  type TriedText,
  trainingOrder,
  trial,
} from './reward-model-work.ts'
import { type SampleLabel, samplesLabelled } from './sample-label.ts'
import type { Settings } from './settings.ts'
import type { Stage } from './stages.ts'
import type { SweepPlan, SweepResult, SweepSetUp, SweepSummary } from './sweep.ts'
import { type TokenViews, tokenQuestion } from './tokens.ts'
import { type TracePage, traceQuery } from './traces.ts'
import type { TrainerRefusal } from './trainer-refusals.ts'

export interface AppInfo {
  version: string
  mode: 'electron' | 'browser'
  dataFolder: string
  /** Recipe asked for on the command line, launched by the host itself. */
  launched: string | null
  /** What a person should know about the opening: a damaged database that was salvaged. */
  notices: ErrorReport[]
}

export interface Diagnosis {
  version: string
  node: string
  platform: string
  cpu: string
  cores: number
  memoryBytes: number
  freeDiskBytes: number
  dataFolder: string
  dataFolderWritable: boolean
  sqlite: string
  chosen: string | null
  /** What trains a model of less than `SMALL_MODEL` parameters. */
  chosenForSmall: string | null
  device: string
  /** In the order of preference, each with what it is or why it cannot be used. */
  probes: BackendProbe[]
  electron: { available: boolean; reason: string }
}

export interface RecipeInfo {
  name: string
  title: string
  description: string
  recipe: Recipe
  /** Settings of each stage, resolved. */
  stages: { name: string; steps: number; settings: Settings }[]
}

/** Columns, not rows: what charts want. `NaN` where a step lacks the metric is sent as null. */
export interface MetricColumns {
  steps: number[]
  /** Seconds of training at the end of each step. */
  seconds: number[]
  series: Record<string, (number | null)[]>
}

/** One appearance of a prompt: in a training step, or in an evaluation. */
export interface PromptAppearance {
  source: 'train' | 'evaluation'
  step: number
  group: number | null
  answer: string
  samples: {
    sample: number
    /** null: it was not kept. */
    text: string | null
    /** Only the beginning of the text: `groups.moment` has all of it. */
    cut?: true
    tokens: number | null
    finishReason: FinishReason | null
    /** Null: no reward that says so has a verdict. */
    correct: boolean | null
    reward: number | null
    advantage: number | null
    parts: Record<string, RewardPart> | null
    /** What each side of the composite reward added; none in evaluations, and before version 0.2.0. */
    sides?: SideRewards
    label?: SampleLabel
  }[]
}

/** What happens, in the order it was stored: a step is in the database before it is announced. */
export type HostEvent =
  | { type: 'run'; run: RunSummary }
  /** They lie in the bin now. */
  | { type: 'deleted'; runIds: string[] }
  /** `seconds`: of training at its end. */
  | { type: 'step'; runId: string; step: StepSummary; seconds: number }
  /** A step that is there already has more groups: these are all of them. */
  | { type: 'groups'; runId: string; step: number; groups: GroupSummary[] }
  | { type: 'evaluation'; runId: string; evaluation: EvaluationSummary }
  | { type: 'steering'; runId: string; event: SteeringEvent; settings: Settings }
  /** `plan`: where it was changed by hand. */
  | { type: 'stages'; runId: string; stages: StageRecord[]; plan?: Stage[] }
  | { type: 'checkpoint'; runId: string; checkpoint: ListedCheckpoint }
  | { type: 'alert'; runId: string; alert: AlertRecord }
  | { type: 'phase'; runId: string; phase: PhaseReport }
  /** The steps after this one come again: forget them. `abandoned`: they lie with another run now, and the story is another one too. */
  | { type: 'rewound'; runId: string; lastStep: number; abandoned?: true }
  /** A reward model is being trained, or that has ended; with the steps since the last announcement. */
  | { type: 'reward-model'; training: TrainingState; points: TrainingPoint[] }
  /** A model is being fetched, or that has ended. */
  | { type: 'fetch'; fetch: FetchState }
  /** So many alerts are not seen now, of all runs. */
  | { type: 'seen'; unseen: number }
  /** What lies on the disk: while it is counted, and when that is done. */
  | { type: 'disk'; disk: DiskUse }
  /** Checkpoints of these runs were removed. */
  | { type: 'pruned'; runIds: string[] }
  /** A run is being imported, or that has ended. */
  | { type: 'import'; state: ImportState }
  /** A job on a cluster changed. */
  | { type: 'job'; runId: string; job: RayJob }
  /** The whole queue, whenever it changed. */
  | { type: 'queue'; queue: QueueState }

/** An answer while it grows, and last the whole of it. */
export type PlaygroundNews =
  | { done: false; text: string; tokens: number }
  | ({ done: true; seconds: number } & GeneratedText)

const runId = z.object({ runId: z.string().min(1).max(100) })
const step = z.number().int().min(0)
const place = z.number().int().min(0)
const jobOfRun = runId.extend({ attempt: z.number().int().min(1).nullable().default(null) })
const launchOrder = z.object({
  /** Name of a shipped recipe, a recipe object, or the path of a file on the host's machine. */
  recipe: z.union([z.string().min(1), z.record(z.string(), z.unknown())]),
  assignments: z.array(z.string()).default([]),
  backend: z.string().nullable().default(null),
})
const labelSet = z.object({ set: z.number().int() })
const launching = launchOrder.extend({
  /** Although the estimate says that it does not fit. */
  anyway: z.boolean().default(false),
  /** Although a reward model is no better than chance, or mostly measures length. */
  useDoubtful: z.boolean().default(false),
})
const sweepName = z.object({ name: z.string().min(1).max(100) })
/** A set-up by name, a file by its path on the host's machine, or the sweep itself. */
const sweepFrom = z.union([z.string().min(1), z.record(z.string(), z.unknown())])
const modelName = z.string().min(1).max(200)

export const contract = {
  app: {
    info: oc.output(type<AppInfo>()),
    diagnose: oc.output(type<Diagnosis>()),
  },
  recipes: {
    list: oc.output(type<RecipeInfo[]>()),
    /** Of a file that the window read; refused with line, field and value of what is wrong. */
    read: oc.input(z.object({ text: z.string().max(1_000_000), name: z.string().max(300) })).output(type<RecipeInfo>()),
    /** All of it as it would be launched. */
    resolve: oc.input(launchOrder).output(type<Recipe>()),
  },
  /** Recipes saved by name. */
  presets: {
    list: oc.output(type<Preset[]>()),
    /** The recipe with these assignments. */
    save: oc
      .input(
        launchOrder.extend({
          name: presetName,
          title: z.string().trim().min(1).max(120),
          /** One of this name. */
          replace: z.boolean().default(false),
        }),
      )
      .output(type<Preset>()),
    remove: oc.input(z.object({ name: presetName })),
    /** The one of this name that was deleted last. */
    restore: oc.input(z.object({ name: presetName })).output(type<Preset>()),
  },
  runs: {
    list: oc.output(type<RunSummary[]>()),
    /** Of every run its reward over its steps, in at most so many points: each a mean of neighbours. Runs without any are left out. */
    sparklines: oc
      .input(z.object({ points: z.number().int().min(2).max(200).default(32) }))
      .output(type<Record<string, (number | null)[]>>()),
    mark: oc.input(z.object({ runs: runNames, change: marksChange })).output(type<RunSummary[]>()),
    /** Into the bin, with what they abandoned when they were rolled back; the answer names all of them. */
    remove: oc.input(z.object({ runs: runNames })).output(type<string[]>()),
    /** Out of it again, with the runs in which they have their beginnings. */
    restore: oc.input(z.object({ runs: runNames })).output(type<RunSummary[]>()),
    bin: oc.output(type<BinnedRun[]>()),
    /** What lies in the bin is removed for good; how many runs that were. */
    emptyBin: oc.output(type<number>()),
    get: oc.input(runId).output(type<RunDetail>()),
    /** Its recipe as it went: stages with the steps that they took, what was turned by hand as milestones. */
    recipe: oc.input(runId).output(type<Recipe>()),
    launch: oc.input(launching).output(type<RunSummary>()),
    /** What a run will need: at once, and again when what is not known was measured. Leaving it ends the measuring. */
    estimate: oc.input(launchOrder).output(eventIterator(type<EstimateEvent>())),
    /** A new run from a checkpoint of another, with other settings. `instead`: of the active run, which is paused and left. */
    fork: oc
      .input(
        runId.extend({
          step,
          assignments: z.array(z.string()).default([]),
          anyway: z.boolean().default(false),
          instead: z.boolean().default(false),
        }),
      )
      .output(type<RunSummary>()),
    /** The run goes on from an earlier checkpoint; what came after is kept as a run that is abandoned. */
    rollBack: oc
      .input(
        runId.extend({
          to: step,
          changes: z.record(z.string(), z.number()).default({}),
          note: z.string().max(500).optional(),
        }),
      )
      .output(type<RunSummary>()),
    /** The reward models that a run would be judged by, with what speaks against them. */
    rewardModels: oc.input(launchOrder).output(type<NamedRewardModel[]>()),
    /** `recipe`: what to do about its file if that was edited since; without it such a run is refused with `recipe-edited`. */
    resume: oc.input(runId.extend({ recipe: z.enum(['accept', 'keep']).optional() })).output(type<RunSummary>()),
    /** In what the file of the run's recipe differs from what the run goes by. */
    recipeEdit: oc.input(runId).output(type<RecipeEdit | null>()),
    steer: oc
      .input(
        z.object({
          runId: z.string(),
          kind: z.enum(commandKinds),
          changes: z.record(z.string(), z.number()).optional(),
          /** Of a stage to skip or to insert. */
          stage: z.number().int().min(0).max(1000).optional(),
          /** The stage to insert, as in a recipe. */
          insert: z.record(z.string(), z.unknown()).optional(),
          note: z.string().max(500).optional(),
        }),
      )
      .output(type<SteeringEvent>()),
    metrics: oc
      .input(z.object({ runId: z.string(), names: z.array(z.string()).optional(), afterStep: step.default(0) }))
      .output(type<MetricColumns>()),
    evaluations: oc.input(runId).output(type<EvaluationSummary[]>()),
    events: oc.input(runId).output(type<SteeringEvent[]>()),
    alerts: oc.input(runId).output(type<AlertRecord[]>()),
    checkpoints: oc.input(runId).output(type<ListedCheckpoint[]>()),
    /** Two evaluations on the prompts that both have; each `3@170`, or a run, whose newest it is. */
    compare: oc
      .input(z.object({ a: z.string().min(1).max(100), b: z.string().min(1).max(100) }))
      .output(type<Comparison>()),
    /** Prompts that all of these runs have answered. */
    commonPrompts: oc.input(commonPromptsQuery).output(type<CommonPrompts>()),
  },
  /** Runs that wait their turn. */
  queue: {
    get: oc.output(type<QueueState>()),
    /** Behind those that wait; it starts at once if no run is active. */
    add: oc.input(launching).output(type<QueueEntry[]>()),
    move: oc.input(queueMove).output(type<QueueState>()),
    remove: oc.input(entryIds).output(type<QueueState>()),
    /** Undoes a removal, until the app is closed. */
    putBack: oc.input(entryIds).output(type<QueueState>()),
    /** Goes on, whatever held it; a paused run is set aside at its checkpoint. */
    start: oc.output(type<QueueState>()),
    /** Starts nothing more until `start`. */
    hold: oc.output(type<QueueState>()),
  },
  sweeps: {
    /** Those that come along. */
    setUps: oc.output(type<SweepSetUp[]>()),
    list: oc.output(type<SweepSummary[]>()),
    get: oc.input(sweepName).output(type<SweepResult>()),
    /** Checks it cell by cell, and says what would be trained. */
    plan: oc.input(z.object({ sweep: sweepFrom })).output(type<{ plan: SweepPlan; runs: number }>()),
    /** Queues all of its runs, and says under which name. */
    start: oc
      .input(z.object({ sweep: sweepFrom, backend: z.string().nullable().default(null) }))
      .output(type<{ name: string }>()),
    /** One HTML file. */
    report: oc.input(sweepName).output(type<string>()),
  },
  groups: {
    /** The groups of a step without their texts. */
    ofStep: oc.input(z.object({ runId: z.string(), step })).output(type<GroupSummary[]>()),
    get: oc.input(z.object({ runId: z.string(), step, group: z.number().int().min(0) })).output(type<GroupRecord>()),
    /** What every group of a run came to. */
    figures: oc.input(figuresQuery).output(type<GroupFigures>()),
    /** Every appearance of one prompt, oldest first; of long texts only the beginnings. */
    promptHistory: oc.input(z.object({ runId: z.string(), prompt: z.string() })).output(type<PromptAppearance[]>()),
    /** One of them, with its texts as they are. */
    moment: oc
      .input(
        z.object({
          runId: z.string(),
          prompt: z.string(),
          source: z.enum(['train', 'evaluation']),
          step,
          group: z.number().int().min(0).nullable(),
        }),
      )
      .output(type<PromptAppearance | null>()),
    /** Each token of samples to one prompt, as the nearest checkpoint sees it. Leaving it ends it. */
    tokens: oc.input(tokenQuestion).output(type<TokenViews>()),
    label: oc.input(samplesLabelled),
    /** Labels that are in use in a run, the commonest first. */
    labels: oc.input(runId).output(type<string[]>()),
    /** Searches all completions of a run. */
    search: oc.input(traceQuery).output(type<TracePage>()),
    evaluationSamples: oc
      .input(z.object({ runId: z.string(), step, limit: z.number().int().min(1).max(65_536).default(200) }))
      .output(type<EvaluationSample[]>()),
  },
  /** A person's own rewards. */
  rewards: {
    list: oc.output(type<OwnReward[]>()),
    save: oc.input(ownRewardSchema.extend({ name: ownRewardName })),
    remove: oc.input(z.object({ name: ownRewardName })),
    /** On samples that are stored. Nothing of it enters a run. */
    try: oc.input(ownRewardTrial).output(type<OwnRewardResult>()),
  },
  /** Labels by a person. */
  preferences: {
    sets: oc.output(type<LabelSet[]>()),
    create: oc.input(newLabelSet).output(type<LabelSet>()),
    remove: oc.input(labelSet),
    /** Where a set stands, and what comes next. */
    state: oc.input(labelSet).output(type<LabelState>()),
    label: oc.input(labelGiven).output(type<LabelState>()),
    /** Takes the newest label back; its item comes again. */
    undo: oc.input(labelSet).output(type<LabelState>()),
    lines: oc.input(labelSet).output(type<LabelledLine[]>()),
  },
  rewardModels: {
    list: oc.output(type<RewardModelList>()),
    /** Begins it; `reward-model` events tell how it goes on. */
    train: oc.input(trainingOrder).output(type<TrainingState>()),
    cancel: oc,
    remove: oc.input(z.object({ name: modelName })),
    /** On what all of them had kept apart, or on another file. Leaving it ends it. */
    compare: oc.input(comparisonOrder).output(type<RewardModelComparison>()),
    try: oc.input(trial).output(type<TriedText[]>()),
  },
  models: {
    list: oc.output(type<ModelList>()),
    /** Begins it; `fetch` events tell how it goes on. */
    fetch: oc
      .input(
        z.object({ name: modelName, revision: z.string().max(200).optional(), file: z.string().max(400).optional() }),
      )
      .output(type<FetchState>()),
    cancel: oc.input(z.object({ name: modelName })),
    remove: oc.input(z.object({ name: modelName })),
  },
  /** What lies on the disk. */
  library: {
    /** What is known at once; `disk` events tell more when it is counted anew. */
    disk: oc.output(type<DiskUse>()),
    /** Which runs use what. */
    use: oc.output(type<LibraryUse>()),
    checkpoints: oc.output(type<RunCheckpoints[]>()),
    /** What would go, and what stays because somebody needs it. */
    plan: oc.input(removal).output(type<RemovalPlan>()),
    /** For good: nothing of it goes into the bin. */
    remove: oc.input(removal).output(type<RemovalPlan>()),
  },
  /** How much of a run's texts is kept. */
  retention: {
    of: oc.input(runId).output(type<RunTexts>()),
    /** What would go if it were set so: it cannot be had back. */
    plan: oc.input(runId.extend({ retention: retentionSchema })).output(type<RetentionPlan>()),
    /** From now on, also of what is stored: in the background. */
    set: oc.input(runId.extend({ retention: retentionSchema })).output(type<RunTexts>()),
    /** Of runs that begin from now on. */
    default: oc.output(type<Retention>()),
    setDefault: oc.input(retentionSchema).output(type<Retention>()),
  },
  /** Of all runs. */
  alerts: {
    list: oc.input(alertQuery).output(type<AlertList>()),
    unseen: oc.output(type<number>()),
    /** Tells how many are unseen then. */
    mark: oc.input(alertMark).output(type<number>()),
  },
  playground: {
    /** Ends when the caller lets go of it. Nothing of it enters a run. */
    answer: oc
      .input(
        z.object({
          /** Name or path of a model; a checkpoint's folder is one too. */
          model: z.string().min(1).max(4000),
          prompt: z.string().max(200_000),
          /** Written by the model's chat template, if it has one. */
          chat: z.boolean().default(true),
          system: z.string().max(100_000).default(''),
          maxTokens: z.number().int().min(1).max(131_072).default(256),
          temperature: z.number().min(0).max(5).default(1),
          topP: z.number().min(0.01).max(1).default(1),
          topK: z.number().int().min(0).max(1_000_000).default(0),
          minP: z.number().min(0).max(1).default(0),
          repetitionPenalty: z.number().min(0.1).max(10).default(1),
          seed: z.number().int().min(0).max(4_294_967_295).default(0),
        }),
      )
      .output(eventIterator(type<PlaygroundNews>())),
    /** A stored prompt answered anew, each answer judged by the rewards of its run. Ends when the caller lets go of it. */
    resample: oc.input(resampleOrder).output(eventIterator(type<ResampleNews>())),
  },
  measuring: {
    /** Every evaluation there is, of runs and of what was measured outside them. */
    list: oc.output(type<EvaluationEntry[]>()),
    /** Ends when the caller lets go of it; then nothing is kept. */
    measure: oc.input(measureOrder).output(eventIterator(type<MeasureNews>())),
    preview: oc.input(problemFile).output(type<DataPreview>()),
  },
  /** Runs that lie on the disk of the host’s machine. */
  imports: {
    /** What a path holds. */
    look: oc.input(importAskSchema).output(type<ImportFound>()),
    /** Begins it; `import` events tell how it goes on. */
    start: oc.input(importAskSchema).output(type<ImportState>()),
    /** Leaves nothing of it. */
    cancel: oc,
    /** The one that is on its way, or the last one. */
    state: oc.output(type<ImportState | null>()),
  },
  /** Runs that are trained on Ray clusters. */
  ray: {
    clusters: oc.output(type<Cluster[]>()),
    /** `before`: the name of the one that it takes the place of. */
    saveCluster: oc
      .input(z.object({ cluster: clusterSchema, before: clusterName.nullable().default(null) }))
      .output(type<Cluster[]>()),
    removeCluster: oc.input(z.object({ name: clusterName })).output(type<Cluster[]>()),
    /** Connects, and asks what it has. */
    tryCluster: oc.input(z.object({ cluster: clusterSchema })).output(type<ClusterState>()),
    /** What of a recipe the cluster's trainer cannot honour. */
    refusals: oc.input(launchOrder.extend({ cluster: clusterName })).output(type<TrainerRefusal[]>()),
    launch: oc.input(launchOrder.extend({ cluster: clusterName })).output(type<RunSummary>()),
    /** Submissions of a run, the newest last. */
    jobs: oc.input(runId).output(type<RayJob[]>()),
    /** Ends the newest job at once; one whose cluster does not answer is given up. */
    stop: oc.input(runId).output(type<RayJob>()),
    /** From a place on, or up to one; without both its end. `attempt` null: of the newest job. */
    log: oc.input(jobOfRun.extend({ from: place.optional(), to: place.optional() })).output(type<LogPage>()),
    /** Lines with this text, the newest first. */
    searchLog: oc.input(jobOfRun.extend({ text: z.string().min(1).max(200) })).output(type<LogHit[]>()),
  },
  live: {
    /** All events of all runs from now on; first a `run` event for every run that is active. */
    subscribe: oc.output(eventIterator(type<HostEvent>())),
  },
}
