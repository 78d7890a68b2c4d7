/** The part of a report on held-out prompts: every evaluation, and the last one by kind and difficulty. */
import type { EvaluationPart, EvaluationSummary } from '../contract/evaluation.ts'
import { html, type Markup } from './html.ts'

const percent = (value: number) => (Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : '–')

export function evaluationSection(evaluations: EvaluationSummary[]): Markup | null {
  const last = evaluations.at(-1)
  if (!last) return null
  const several = evaluations.some((e) => e.samplesPerPrompt > 1)
  const head = several ? html`<th class="n">pass@k</th><th class="n">cons@k</th><th class="n">k</th>` : null
  return html`<h2>Held-out evaluations</h2>
<div class="wide"><table><tr><th class="n">step</th><th class="n">pass@1</th><th></th><th>95 % interval</th>${head}<th class="n">prompts</th><th class="n">tokens</th><th class="n">cut</th><th class="n">in the form</th><th class="n">reflections</th></tr>
${evaluations.map((e) => row(e, several))}</table></div>
${parts('By kind', last.byKind, last.step)}${parts('By difficulty', last.byLevel, last.step)}`
}

function row(e: EvaluationSummary, several: boolean): Markup {
  const pass = e.passAt.at(-1)
  const more = several
    ? html`<td class="n">${pass ? percent(pass.value) : '–'}</td><td class="n">${e.consensus ? percent(e.consensus.value) : '–'}</td><td class="n">${e.samplesPerPrompt}</td>`
    : null
  return html`<tr><td class="n">${e.step}</td><td class="n"><b>${percent(e.accuracy)}</b></td><td>${bar(e.accuracy, e.accuracyLow, e.accuracyHigh)}</td><td class="ci">${percent(e.accuracyLow)} – ${percent(e.accuracyHigh)}</td>${more}<td class="n">${e.prompts}</td><td class="n">${e.meanLength.toFixed(1)}</td><td class="n">${percent(e.clippedRatio)}</td><td class="n">${percent(e.formatRate)}</td><td class="n">${e.reflections.toFixed(2)}</td></tr>`
}

function parts(title: string, of: Record<string, EvaluationPart>, step: number): Markup | null {
  if (Object.keys(of).length === 0) return null
  return html`<h3 style="margin-top:1.5rem">${title} <small>after step ${step}</small></h3><div class="wide"><table class="narrow">
${Object.entries(of).map(([name, { prompts, accuracy, low, high }]) => html`<tr><td>${name}</td><td class="n"><b>${percent(accuracy)}</b></td><td>${low !== undefined && high !== undefined ? bar(accuracy, low, high) : null}</td><td class="ci">${low !== undefined && high !== undefined ? `${percent(low)} – ${percent(high)}` : null}</td><td class="n">${prompts} prompts</td></tr>`)}</table></div>`
}

function bar(value: number, low: number, high: number): Markup {
  const at = (share: number) => (100 * share).toFixed(1)
  return html`<span class="bar" aria-hidden="true"><i style="left:${at(low)}%;right:${at(1 - high)}%"></i><b style="left:${at(value)}%"></b></span>`
}
