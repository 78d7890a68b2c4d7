import { describe, expect, it } from 'vitest'
import { initialSettings } from '../../src-main/contract/recipe.ts'
import { escaped, html } from '../../src-main/report/html.ts'
import { report, type Story } from '../../src-main/report/report.ts'
import { evaluationReport, recipeOf } from '../host/support/records.ts'

const hostile = `</pre><script>alert(1)</script><img src=x onerror="alert('2')">\u0000&lt;`

function story(): Story {
  const config = { ...recipeOf(), title: hostile, description: hostile }
  const sample = { step: 2, prompt: hostile, answer: hostile, text: hostile, tokens: 3, reward: 1 }
  const { samples: _, ...evaluation } = evaluationReport(0)
  return {
    run: {
      number: 7,
      config,
      settings: initialSettings(config),
      stages: [],
      step: 2,
      totalSteps: 2,
      status: 'finished',
      trainedSeconds: 9,
      seed: 1,
      backend: 'wasm',
    } as never,
    metrics: { steps: [1, 2], seconds: [1, 2], series: { reward: [0.2, 0.4], kl: [null, null] } },
    evaluations: [{ ...evaluation, byKind: { [hostile]: { prompts: 2, accuracy: 0.5, low: 0.1, high: 0.9 } } }],
    events: [
      {
        kind: 'set',
        changes: { temperature: 0.5 },
        before: { temperature: 1 },
        note: hostile,
        requestedStep: 1,
        effectiveStep: 2,
        refused: null,
      } as never,
    ],
    alerts: [{ step: 1, message: hostile, hint: hostile } as never],
    best: [sample],
    worst: [sample],
    version: '1',
  }
}

describe('a report', () => {
  it('shows what a model or a person wrote as text, wherever it stands', () => {
    const page = report(story())
    expect(page).not.toMatch(/<script|<img|onerror="|\u0000/)
    // title twice, description, kind, note, two of the alert, three of each sample, two in the recipe
    expect(page.split('&lt;/pre&gt;&lt;script&gt;').length - 1).toBe(15)
    expect(page).toContain("default-src 'none'")
  })

  it('has a chart of every metric that has numbers, in the colours of the page, and nothing from elsewhere', () => {
    const page = report(story())
    expect(page.match(/<svg /g)).toHaveLength(1)
    expect(page).toContain('var(--ink)')
    expect(page).not.toMatch(/#01020\d|rgb\(1,/)
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:|url\((?!#)|@import/)
  })

  it('markup is what the template says, values are text', () => {
    const items = ['<b>', 1, null].map((value) => html`<li>${value}</li>`)
    expect(html`<ul title="${'"x"'}">${items}</ul>`.text).toBe(
      '<ul title="&quot;x&quot;"><li>&lt;b&gt;</li><li>1</li><li></li></ul>',
    )
    expect(escaped('\u001b[31m\ta\n')).toBe('\uFFFD[31m\ta\n')
  })
})
