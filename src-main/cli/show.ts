import type { Command } from 'commander'
import { engineName } from '../contract/engines.ts'
import type { EvaluationSummary } from '../contract/evaluation.ts'
import { knobWord } from '../contract/knobs.ts'
import { metricInfo } from '../contract/metrics.ts'
import type { ListedCheckpoint, StageRecord, SteeringEvent } from '../contract/records.ts'
import { knobsOfRun, valueInForce } from '../contract/trainer-knobs.ts'
import { queries } from '../store/queries.ts'
import { lookInto } from '../store/reader.ts'
import { asItIs } from './as-it-is.ts'
import { dataFolder, dataOption, jsonOption } from './options.ts'
import { decimals, duration, percent, print, printJson, table } from './output.ts'

export function addShow(program: Command): void {
  program
    .command('show')
    .description('one run: its settings, stages, last metrics, evaluations, steering and alerts')
    .argument('<run>', 'number, id, or "last"')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  grpo-studio show last\n  grpo-studio show 3 --json | jq .evaluations')
    .action(show)
}

function show(name: string, options: { data?: string; json?: boolean }): void {
  const folder = dataFolder(options)
  const all = lookInto(folder, (db) => {
    const run = asItIs(queries.run(db, folder, name), folder)
    const { series } = queries.metrics(db, folder, name, undefined, run.step - 1)
    return {
      ...run,
      metrics: Object.fromEntries(Object.entries(series).map(([metric, values]) => [metric, values.at(-1) ?? null])),
      evaluations: queries.evaluations(db, folder, name),
      events: queries.events(db, folder, name),
      checkpoints: queries.checkpoints(db, folder, name),
      alerts: queries.alerts(db, folder, name),
    }
  })
  if (options.json) {
    printJson(all)
    return
  }
  print(`run #${all.number} ${all.name} (${all.id}): ${all.status}`)
  if (all.parent !== null)
    print(
      all.status === 'abandoned'
        ? `abandoned when run #${all.parent} was rolled back to step ${all.forkStep}`
        : `fork of run #${all.parent} at step ${all.forkStep}`,
    )
  const seed = all.seed === null ? '' : `, seed ${all.seed}`
  const of = all.totalSteps === null ? '' : ` of ${all.totalSteps}`
  print(`step ${all.step}${of}, ${duration(all.trainedSeconds)} of training${seed}`)
  if (all.source)
    print(`trained by ${engineName(all.source.engine)} ${all.source.version}, model ${all.attached?.model || '–'}`)
  else print(`backend ${all.backend ?? '–'}, folder ${all.folder}`)
  if (all.error) print(`${all.error.message}\n  ${all.error.hint}`)
  if (!all.source) section('stages', stageTable(all.stages))
  section(
    'settings in force',
    knobsOfRun(all)
      .filter((k) => !Number.isNaN(valueInForce(all, k.name)))
      .map((k) =>
        `${k.label}: ${knobWord(k.name, valueInForce(all, k.name)) ?? valueInForce(all, k.name)} ${k.unit}`.trimEnd(),
      )
      .join('\n'),
  )
  if (all.step > 0) section(`metrics of step ${all.step}`, metricList(all.metrics))
  if (all.evaluations.length > 0) section('held-out evaluations', evaluationTable(all.evaluations))
  if (all.events.length > 0) section('steering', all.events.map(eventLine).join('\n'))
  if (all.alerts.length > 0)
    section('alerts', all.alerts.map((a) => `step ${a.step}: ${a.message}\n  ${a.hint}`).join('\n'))
  section('checkpoints', all.checkpoints.map(checkpointLine).join('\n') || 'none yet')
}

const checkpointLine = ({ folder, bytes }: ListedCheckpoint) =>
  bytes === null ? folder : `${folder} (${(bytes / 2 ** 20).toFixed(1)} MiB)`

function section(title: string, text: string): void {
  print(`\n${title}\n${text.replace(/^/gm, '  ')}`)
}

function stageTable(stages: StageRecord[]): string {
  const rows = stages.map((s) => [s.name, s.plannedSteps, s.firstStep, s.lastStep, s.endReason])
  return table(['stage', 'planned steps', 'first', 'last', 'ended by'], rows)
}

function metricList(values: Record<string, number | null>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      const info = metricInfo(name)
      return `${name}: ${value === null ? 'not finite' : Number(value.toPrecision(6))} ${info?.unit ?? ''}`.trimEnd()
    })
    .join('\n')
}

function evaluationTable(evaluations: EvaluationSummary[]): string {
  const several = evaluations.some((e) => e.samplesPerPrompt > 1)
  const rows = evaluations.map((e) => [
    e.step,
    percent(e.accuracy),
    `${percent(e.accuracyLow)} – ${percent(e.accuracyHigh)}`,
    ...(several ? [percent(e.passAt.at(-1)?.value ?? null), percent(e.consensus?.value ?? null)] : []),
    e.prompts,
    ...(several ? [e.samplesPerPrompt] : []),
    decimals(e.meanLength, 1),
    decimals(e.reflections, 2),
  ])
  const more = several ? { pass: ['pass@k', 'cons@k'], k: ['k'] } : { pass: [], k: [] }
  return table(
    ['step', 'accuracy', '95 % interval', ...more.pass, 'prompts', ...more.k, 'length', '"wait" per response'],
    rows,
  )
}

function whatOf({ kind, changes, before, detail }: SteeringEvent): string {
  if (kind === 'fork') return `fork of run #${detail?.run}: ${detail?.assignments?.join(', ') || 'nothing changed'}`
  if (kind === 'roll-back') return `rolled back; run #${detail?.run} keeps what was abandoned`
  if (kind === 'recipe') return `recipe taken over from ${detail?.file}`
  if (kind === 'skip-stage') return `skip stage ${(detail?.stage ?? 0) + 1}`
  if (kind === 'insert-stage') return `insert stage ${(detail?.stage ?? 0) + 1}, ${detail?.insert?.name}`
  if (!changes) return kind
  return Object.entries(changes)
    .map(([name, value]) => `${name} ${before[name as keyof typeof before] ?? '?'} → ${value}`)
    .join(', ')
}

function eventLine(event: SteeringEvent): string {
  const outcome = event.refused
    ? `refused: ${event.refused}`
    : event.effectiveStep === null
      ? 'not in force'
      : `from step ${event.effectiveStep}`
  return `${whatOf(event)}: asked after step ${event.requestedStep}, ${outcome}${event.note ? ` (${event.note})` : ''}`
}
