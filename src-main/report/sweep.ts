/** A sweep's comparison as one HTML file that needs nothing else. */
import type { CellResult, Spread, SweepResult } from '../contract/sweep.ts'
import { type Curve, drawCurves, mostCurves } from './curves.ts'
import { html, Markup } from './html.ts'
import { style } from './style.ts'

export function sweepReport({ sweep, plan, cells }: SweepResult, version: string): string {
  const { runs } = sweep
  const open = runs.all - runs.finished
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${sweep.title}</title><style>${new Markup(style)}</style></head>
<body><main>
<header><p>grpo-studio sweep ${sweep.name}</p><h1>${sweep.title}</h1><p>${sweep.description}</p></header>
<section class="figures">
${figure(sweep.recipe, 'recipe')}${figure(String(cells.length), 'cells')}${figure(plan.seeds.join(', '), plan.seeds.length === 1 ? 'seed' : 'seeds')}
${figure(`${runs.finished} of ${runs.all}`, open > 0 ? 'runs finished: what follows is not all' : 'runs finished')}
</section>
<h2>Held-out accuracy at the end</h2>${accuracies(cells, plan.reference)}
<p class="note">pass@1, mean over seeds. Intervals are at 95 %: seeds and prompts both count as draws; with one run a cell they are of its prompts alone. Differences are on the same prompts, by the same seeds.</p>
<h2>On the way</h2>${curves(cells)}
<h2>What it took</h2>${resources(cells)}
<h2>Settings</h2>${settings(sweep.recipe, plan.common, cells)}
${failures(cells)}
<footer>Made by grpo-studio ${version}.</footer>
</main></body></html>
`.text
}

const figure = (value: string, label: string) => html`<div><b>${value}</b><span>${label}</span></div>`
const percent = (share: number) => (100 * share).toFixed(1).replace('-', '−')

function accuracies(cells: readonly CellResult[], reference: number): Markup {
  const mixing = cells.some(({ languageMixing }) => languageMixing !== null && languageMixing.value > 0)
  return html`<div class="wide"><table class="cells"><tr><th>cell</th><th class="n">before</th><th class="n">accuracy</th><th></th><th>95 % interval</th><th class="n">less the reference</th><th></th><th>95 % interval</th><th class="n">tokens each</th>${mixing ? html`<th class="n">other language</th>` : null}<th class="n">runs</th></tr>
${cells.map((cell, i) => {
  const { accuracy, difference } = cell
  const done = cell.runs.filter(({ status }) => status === 'finished').length
  return html`<tr><td>${dot(i)}${cell.label}</td><td class="n">${cell.before === null ? '–' : `${percent(cell.before)} %`}</td><td class="n"><b>${accuracy ? `${percent(accuracy.value)} %` : '–'}</b></td><td>${accuracy && bar(accuracy.low, accuracy.value, accuracy.high)}</td><td class="ci">${accuracy && `${percent(accuracy.low)} – ${percent(accuracy.high)}`}</td><td class="n">${i === reference ? 'reference' : difference ? signed(difference.value) : '–'}</td><td>${difference && bar((1 + difference.low) / 2, (1 + difference.value) / 2, (1 + difference.high) / 2, true)}</td><td class="ci">${difference && `${signed(difference.low)} – ${signed(difference.high)}`}</td><td class="n">${mean(cell.meanLength, 1)}</td>${mixing ? html`<td class="n">${cell.languageMixing ? `${percent(cell.languageMixing.value)} % (${percent(cell.languageMixing.low)} – ${percent(cell.languageMixing.high)})` : '–'}</td>` : null}<td class="n">${done}</td></tr>`
})}</table></div>`
}

const signed = (share: number) => `${share > 0 ? '+' : ''}${percent(share)}`

const dot = (i: number) =>
  i < mostCurves ? html`<span class="dot" style="background:var(--cell-${i + 1})" aria-hidden="true"></span>` : null

function bar(low: number, value: number, high: number, around = false): Markup {
  const at = (share: number) => (100 * share).toFixed(1)
  return html`<span class="bar${around ? ' diff' : ''}" aria-hidden="true"><i style="left:${at(low)}%;right:${at(1 - high)}%"></i><b style="left:${at(value)}%"></b></span>`
}

function curves(cells: readonly CellResult[]): Markup {
  const heldOut = cells.map(({ label, heldOut: points }): Curve => ({ label, points }))
  const reward = cells.map(
    ({ label, reward: { steps, values } }): Curve => ({
      label,
      points: steps.map((step, i) => ({ step, value: values[i] })),
    }),
  )
  if (!heldOut.some(({ points }) => points.length > 0)) return html`<p class="note">No run has finished yet.</p>`
  const more = cells.length > mostCurves ? html`<p class="note">The first ${mostCurves} cells.</p>` : null
  return html`<p class="legend">${cells.slice(0, mostCurves).map(({ label }, i) => html`<span>${dot(i)}${label}</span>`)}</p>
<div class="charts"><figure><h3>held-out accuracy <small>mean over seeds, with intervals</small></h3>${drawCurves('held-out accuracy', heldOut, true)}</figure>
<figure><h3>reward <small>of training outputs, mean over seeds</small></h3>${drawCurves('reward', reward, false)}</figure></div>${more}`
}

function resources(cells: readonly CellResult[]): Markup {
  return html`<div class="wide"><table><tr><th>cell</th><th class="n">training, s</th><th class="n">s/step</th><th class="n">tokens</th><th class="n">peak memory, MiB</th></tr>
${cells.map((cell) => html`<tr><td>${cell.label}</td><td class="n">${mean(cell.seconds, 0)}</td><td class="n">${mean(cell.secondsPerStep, 2)}</td><td class="n">${mean(cell.tokens, 0)}</td><td class="n">${cell.memory ? cell.memory.max.toFixed(0) : '–'}</td></tr>`)}</table></div>
<p class="note">Means over seeds with least and greatest in brackets; memory is the greatest.</p>`
}

function mean(of: Spread | null, digits: number): string {
  if (!of) return '–'
  const shown = of.mean.toFixed(digits)
  const [low, high] = [of.min.toFixed(digits), of.max.toFixed(digits)]
  return low === high ? shown : `${shown} (${low} – ${high})`
}

function settings(recipe: string, common: readonly string[], cells: readonly CellResult[]): Markup {
  const code = (assignments: readonly string[]) => assignments.map((a) => html`<code>${a}</code> `)
  return html`<div class="wide"><table><tr><th>cell</th><th>beside the recipe ${recipe}</th></tr>
${common.length > 0 ? html`<tr><td>all</td><td>${code(common)}</td></tr>` : null}
${cells.map(({ label, assignments }) => html`<tr><td style="white-space:nowrap">${label}</td><td>${assignments.length > 0 ? code(assignments) : '–'}</td></tr>`)}</table></div>`
}

function failures(cells: readonly CellResult[]): Markup | null {
  const failed = cells.flatMap(({ label, runs }) =>
    runs.flatMap(({ seed, error }) => (error ? [{ label, seed, error }] : [])),
  )
  if (failed.length === 0) return null
  return html`<h2>Runs that failed</h2><div class="wide"><table><tr><th>cell</th><th class="n">seed</th><th>why</th></tr>
${failed.map(({ label, seed, error }) => html`<tr><td>${label}</td><td class="n">${seed}</td><td class="alert">${error.message}</td></tr>`)}</table></div>`
}
