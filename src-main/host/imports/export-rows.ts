/** Records of an exported run as rows of the store: what the export leaves out is worked out again. */
import type { EvaluationReport, EvaluationSample } from '../../contract/evaluation.ts'
import type { Metrics } from '../../contract/metrics.ts'
import { type Recipe, settingsOfStages } from '../../contract/recipe.ts'
import type {
  AlertRecord,
  CheckpointRecord,
  CompletionRecord,
  GroupRecord,
  ListedCheckpoint,
  ProblemData,
  RewardPart,
  SteeringEvent,
} from '../../contract/records.ts'
import { keptSettings, type Settings } from '../../contract/settings.ts'
import type { ExportPiece, ExportRecord } from '../../import/export-folder.ts'
import { putCheckpoint } from '../../store/checkpoints.ts'
import type { Db } from '../../store/database.ts'
import { insertSample, putEvaluation } from '../../store/evaluations.ts'
import { withKnobs } from '../../store/export.ts'
import { insertGroups, insertProblem } from '../../store/groups.ts'
import { restoreAlert, restoreEvent, restoreLabel } from '../../store/restored.ts'
import { insertStep } from '../../store/steps.ts'
import { insertTrainerCheckpoint } from '../../store/trainer-checkpoints.ts'
import { spreadOf } from '../ingest/statistics.ts'

interface GroupBegun {
  step: number
  record: GroupRecord
}

export class ExportRows {
  readonly #run: number
  /** Of each stage, as the recipe has them; none of a run of another trainer. */
  readonly #stages: Settings[] | undefined
  readonly #labelledAt: string
  #settings: Settings | undefined
  #group: GroupBegun | undefined
  readonly #positions = new Map<number, number>()
  /** The last step of which something was stored. */
  step = 0

  /** @param recipe undefined: another trainer trained it */
  constructor(run: number, recipe: Recipe | undefined, labelledAt: string) {
    this.#run = run
    this.#stages = recipe && settingsOfStages(recipe)
    this.#labelledAt = labelledAt
  }

  /** Must run inside a transaction. */
  put(db: Db, { file, records }: ExportPiece): void {
    if (file !== 'completions') this.#endGroup(db)
    for (const record of records) {
      const { own } = record
      if (typeof own.step === 'number') this.step = own.step
      switch (file) {
        case 'run':
        case 'stages':
          break
        case 'steps':
          this.#putStep(db, record)
          break
        case 'problems':
          insertProblem(db, this.#run, own.prompt as string, own.data as ProblemData)
          break
        case 'completions':
          this.#putCompletion(db, record)
          break
        case 'evaluations':
          putEvaluation(db, this.#run, evaluationOf(own))
          break
        case 'evaluation-samples':
          this.#putSample(db, own)
          break
        case 'steering':
          restoreEvent(db, this.#run, own as unknown as SteeringEvent)
          break
        case 'checkpoints':
          this.#putCheckpoint(db, own as unknown as ListedCheckpoint)
          break
        case 'alerts':
          restoreAlert(db, this.#run, own as unknown as AlertRecord)
      }
    }
  }

  /** Must run inside a transaction, after the last piece. */
  end(db: Db): void {
    this.#endGroup(db)
  }

  #putStep(db: Db, { own, more }: ExportRecord): void {
    const stage = own.stage as number
    const knobs = Object.fromEntries(
      Object.entries(more)
        .filter(([name]) => name.startsWith('set.'))
        .map(number),
    )
    const metrics = Object.fromEntries(
      Object.entries(more)
        .filter(([name]) => !name.startsWith('set.'))
        .map(number),
    )
    const base =
      own.settings === null
        ? (this.#settings ?? this.#stages?.[stage] ?? keptSettings({}))
        : keptSettings(JSON.stringify(own.settings))
    this.#settings = own.settings === null ? withKnobs(base, knobs) : base
    const step = { step: own.step as number, stage, at: own.at as string, settings: this.#settings }
    insertStep(db, this.#run, { ...step, metrics: metrics as Metrics, groups: [] }, own.seconds as number)
  }

  #putCompletion(db: Db, { own, more }: ExportRecord): void {
    const { step, group } = own as { step: number; group: number }
    if (this.#group && (this.#group.step !== step || this.#group.record.group !== group)) this.#endGroup(db)
    this.#group ??= { step, record: groupOf(own) }
    this.#group.record.completions.push(completionOf(own, more))
    if (typeof own.label !== 'string') return
    const place = { step, group, sample: own.sample as number }
    const label = { label: own.label, note: typeof own.note === 'string' ? own.note : '' }
    restoreLabel(db, this.#run, place, label as Parameters<typeof restoreLabel>[3], this.#labelledAt)
  }

  #endGroup(db: Db): void {
    if (!this.#group) return
    const { step, record } = this.#group
    const rewards = record.completions.map(({ reward }) => reward)
    const advantages = record.completions.map(({ advantage }) => advantage)
    const spread = spreadOf(rewards)
    // a critic has advantages for outputs that are rewarded alike
    const zeroSpread = this.#stages ? advantages.every((advantage) => advantage === 0) : spread.zeroSpread
    insertGroups(db, this.#run, step, [{ ...record, ...spread, zeroSpread, rewards, advantages }])
    this.#group = undefined
  }

  #putSample(db: Db, own: Record<string, unknown>): void {
    const step = own.step as number
    const position = this.#positions.get(step) ?? 0
    this.#positions.set(step, position + 1)
    insertSample(db, this.#run, step, position, own as unknown as EvaluationSample)
  }

  #putCheckpoint(db: Db, checkpoint: ListedCheckpoint): void {
    if (this.#stages) putCheckpoint(db, this.#run, checkpoint as CheckpointRecord)
    else insertTrainerCheckpoint(db, this.#run, checkpoint)
  }
}

/** Of CSV every value is a text; what is none is NaN, which is stored as nothing. */
const number = ([name, value]: [string, unknown]): [string, number] => [
  name,
  value === null || value === '' ? Number.NaN : Number(value),
]

const orNaN = (value: unknown) => (typeof value === 'number' ? value : Number.NaN)

function groupOf(own: Record<string, unknown>): GroupRecord {
  return {
    group: own.group as number,
    prompt: own.prompt as string,
    answer: own.answer as string,
    kind: own.kind as string,
    ...spreadOf([]),
    advantages: [],
    rewards: [],
    completions: [],
  }
}

function completionOf(own: Record<string, unknown>, more: Record<string, unknown>): CompletionRecord {
  return {
    sample: own.sample as number,
    text: own.text as string | null,
    tokens: own.tokens as number | null,
    finishReason: own.finishReason as CompletionRecord['finishReason'],
    reward: orNaN(own.reward),
    parts: partsOf(more),
    ...(own.sides !== null && { sides: own.sides as CompletionRecord['sides'] }),
    advantage: orNaN(own.advantage),
    ...(typeof own.language === 'string' && { language: own.language }),
  }
}

/** Columns `<reward>.value`, `.weight`, `.reason`, `.parts`: of a reward that was not computed all are empty. */
function partsOf(more: Record<string, unknown>): CompletionRecord['parts'] {
  const parts: Record<string, Partial<RewardPart>> = {}
  for (const [column, cell] of Object.entries(more)) {
    const [, name, field] = /^(.+)\.(value|weight|reason|parts)$/.exec(column) ?? []
    if (name === undefined) continue
    parts[name] ??= {}
    if (field === 'reason') parts[name].reason = typeof cell === 'string' ? cell : undefined
    else if (field === 'parts') {
      if (cell) parts[name].parts = (typeof cell === 'string' ? JSON.parse(cell) : cell) as RewardPart['parts']
    } else {
      const read = cell === null || cell === undefined || cell === '' ? null : Number(cell)
      if (field === 'value') parts[name].value = read
      else if (read !== null) parts[name].weight = read
    }
  }
  const computed = Object.entries(parts).filter(([, part]) => part.weight !== undefined)
  return Object.fromEntries(
    computed.map(([name, part]) => [name, { ...part, value: part.value ?? null, reason: part.reason ?? '' }]),
  ) as CompletionRecord['parts']
}

function evaluationOf(own: Record<string, unknown>): EvaluationReport {
  const numbers = [
    'prompts',
    'accuracy',
    'accuracyLow',
    'accuracyHigh',
    'formatRate',
    'meanLength',
    'reflections',
    'clippedRatio',
    'seconds',
    'samplesPerPrompt',
    'temperature',
    'topP',
  ]
  const known = Object.fromEntries(numbers.map((name) => [name, orNaN(own[name])]))
  const { general, ...rest } = own
  return { ...rest, ...known, ...(general !== null && { general }), samples: [] } as unknown as EvaluationReport
}
