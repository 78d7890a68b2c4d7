/** The whole story of a run as one HTML file that needs nothing else: no script, no font, no connection. */
import type { MetricColumns } from '../contract/api.ts'
import { engineName } from '../contract/engines.ts'
import type { EvaluationSummary } from '../contract/evaluation.ts'
import { type KnobName, knobWord } from '../contract/knobs.ts'
import { metricInfo } from '../contract/metrics.ts'
import { rewardsOf } from '../contract/recipe.ts'
import type { AlertRecord, RunDetail, StageRecord, SteeringEvent } from '../contract/records.ts'
import { correctnessRewards, type RewardName, rewardInfo } from '../contract/rewards.ts'
import { knobsOfRun, valueInForce } from '../contract/trainer-knobs.ts'
import type { ExtremeSample } from '../store/extremes.ts'
import { type Chart, draw, type HeldOutPoint } from './chart.ts'
import { evaluationSection } from './evaluations.ts'
import { html, Markup } from './html.ts'
import { style } from './style.ts'

export interface Story {
  run: RunDetail
  metrics: MetricColumns
  evaluations: EvaluationSummary[]
  events: SteeringEvent[]
  alerts: AlertRecord[]
  best: ExtremeSample[]
  worst: ExtremeSample[]
  version: string
}

export function report(story: Story): string {
  const { run, events, version } = story
  const title = `Run #${run.number}: ${run.source ? run.name : run.config.title}`
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title><style>${new Markup(style)}</style></head>
<body><main>
<header><p>grpo-studio report</p><h1>${title}</h1><p>${run.config.description}</p></header>
${figures(story)}
<h2>Course of the training</h2>${curves(story)}
${evaluationSection(story.evaluations)}
${run.source ? null : html`<h2>Stages</h2>${stages(run.stages)}`}
<h2>Steering</h2>${events.length > 0 ? steering(events) : html`<p class="note">Nobody changed anything while it ran.</p>`}
${story.alerts.length > 0 ? alerts(story.alerts) : null}
<h2>Best rewarded outputs</h2>${story.best.map(sample)}
<h2>Worst rewarded outputs</h2>${story.worst.map(sample)}
<h2>Configuration</h2>${configuration(run)}
<footer>Made by grpo-studio ${version}. Intervals are at 95 %. What models wrote is shown as it is.</footer>
</main></body></html>
`
  return page.text
}

const percent = (value: number | null | undefined) =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : `${(100 * value).toFixed(1)} %`

function figures({ run, evaluations }: Story): Markup {
  const [first, last] = [evaluations.at(0), evaluations.at(-1)]
  const cell = (value: string, label: string) => html`<div><b>${value}</b><span>${label}</span></div>`
  const minutes =
    run.trainedSeconds < 90 ? `${Math.round(run.trainedSeconds)} s` : `${(run.trainedSeconds / 60).toFixed(1)} min`
  return html`<section class="figures">
${first && last && cell(`${percent(first.accuracy)} → ${percent(last.accuracy)}`, 'held-out accuracy, pass@1')}
${first && last && cell(`${first.meanLength.toFixed(1)} → ${last.meanLength.toFixed(1)}`, 'tokens an output, held-out')}
${cell(run.totalSteps === null ? String(run.step) : `${run.step} of ${run.totalSteps}`, `steps, ${run.status}`)}
${cell(minutes, 'of training')}
${cell(run.source ? engineName(run.source.engine) : (run.backend ?? '–'), run.seed === null ? 'trainer' : `backend, seed ${run.seed}`)}
</section>`
}

function curves({ run, metrics, evaluations, events }: Story): Markup {
  const steered = events.flatMap((e) =>
    e.refused === null && e.changes && e.effectiveStep !== null ? [e.effectiveStep] : [],
  )
  const starts = run.stages.slice(1).flatMap((s) => s.firstStep ?? [])
  const rewards = run.source ? toldRewards(metrics) : rewardsOf(run.config)
  const [judge] = correctnessRewards(Object.fromEntries(rewards.map((name) => [name, 1])))
  const heldOut = (of: (e: EvaluationSummary) => Omit<HeldOutPoint, 'step'>) =>
    evaluations.map((e) => ({ step: e.step, ...of(e) }))
  const accuracy = heldOut((e) => ({ value: e.accuracy, low: e.accuracyLow, high: e.accuracyHigh }))
  const chart = (name: string, more: Partial<Chart> = {}): Markup | null => {
    const values = metrics.series[name]
    if (!values?.some((v) => v !== null)) return null
    const { label = name, unit = '', about = '' } = metricInfo(name) ?? {}
    const all = { title: label, unit, steps: metrics.steps, values, steered, stages: starts, ...more }
    return html`<figure><h3 title="${about}">${label} <small>${unit}</small></h3>${draw(all)}</figure>`
  }
  return html`<p class="legend"><span><i></i>training outputs</span><span><i class="h"></i>held-out prompts, with intervals</span>
<span><i class="s"></i>changed by a person</span><span><i class="g"></i>a stage begins</span></p>
<div class="charts">
${chart('reward')}
${rewards.map((name) => {
  const [low, high] = rewardInfo[name]?.range ?? []
  return chart(`rewards/${name}/mean`, { share: low === 0 && high === 1, ...(name === judge && { heldOut: accuracy }) })
})}
${chart('completions/mean_length', { heldOut: heldOut((e) => ({ value: e.meanLength })) })}
${chart('completions/reflections', { heldOut: heldOut((e) => ({ value: e.reflections })) })}
${['kl', 'entropy', 'frac_reward_zero_std', 'grad_norm', 'loss', 'clip_ratio/region_mean'].map((name) =>
  chart(name, { share: name === 'frac_reward_zero_std' }),
)}
</div>`
}

function stages(of: StageRecord[]): Markup {
  return html`<div class="wide"><table><tr><th>stage</th><th>kind</th><th class="n">planned steps</th><th class="n">first</th><th class="n">last</th><th>ended by</th></tr>
${of.map((s) => html`<tr><td>${s.name}</td><td>${s.kind}</td><td class="n">${s.plannedSteps}</td><td class="n">${s.firstStep ?? '–'}</td><td class="n">${s.lastStep ?? '–'}</td><td>${s.endReason ?? '–'}</td></tr>`)}</table></div>`
}

function steering(events: SteeringEvent[]): Markup {
  const what = (e: SteeringEvent) =>
    e.changes
      ? Object.entries(e.changes)
          .map(([name, value]) => `${name} ${(e.before as Record<string, number>)[name] ?? '?'} → ${value}`)
          .join(', ')
      : e.kind
  return html`<div class="wide"><table><tr><th class="n">after step</th><th>what</th><th>in force</th><th>why</th></tr>
${events.map((e) => html`<tr><td class="n">${e.requestedStep}</td><td class="person">${what(e)}</td><td>${e.refused ? `refused: ${e.refused}` : e.effectiveStep === null ? 'not' : `from step ${e.effectiveStep}`}</td><td>${e.note}</td></tr>`)}</table></div>`
}

function alerts(of: AlertRecord[]): Markup {
  return html`<h2>Alerts</h2><div class="wide"><table><tr><th class="n">step</th><th>what</th><th>what helps</th></tr>
${of.map((a) => html`<tr><td class="n">${a.step}</td><td class="alert">${a.message}</td><td>${a.hint}</td></tr>`)}</table></div>`
}

function sample({ step, prompt, answer, text, tokens, reward }: ExtremeSample): Markup {
  return html`<article class="sample"><header><b>${prompt}</b><span>step ${step} · ${tokens} tokens · expected ${answer} · reward ${Number(reward.toFixed(3))}</span></header><pre>${text}</pre></article>`
}

const shownValue = (run: RunDetail, name: KnobName) =>
  knobWord(name, valueInForce(run, name)) ?? valueInForce(run, name)

/** Another trainer's, by its own names. */
const toldRewards = ({ series }: MetricColumns) =>
  Object.keys(series).flatMap((name) => (/^rewards\/(.+)\/mean$/.exec(name)?.[1] ?? []) as RewardName | [])

function configuration(run: RunDetail): Markup {
  const known = knobsOfRun(run).filter(({ name }) => !Number.isNaN(valueInForce(run, name)))
  const knobs = known.map((k) => [k.label, shownValue(run, k.name), k.unit] as const)
  return html`<div class="wide"><table class="narrow"><tr><th>setting at the end</th><th class="n">value</th><th></th></tr>
${knobs.map(([label, value, unit]) => html`<tr><td>${label}</td><td class="n">${value}</td><td class="ci">${unit}</td></tr>`)}</table></div>
<details><summary>${run.attached ? 'The trainer’s own configuration' : 'The recipe as it was launched'}</summary><pre>${JSON.stringify(run.attached?.config ?? run.config, null, 2)}</pre></details>`
}
