/** The progress of runs in a terminal: one line that is redrawn, or plain lines where nobody can redraw. */
import type { HostEvent } from '../contract/api.ts'
import type { RunSummary } from '../contract/records.ts'
import { duration } from './output.ts'

const barWidth = 24
/** A line that is not redrawn is printed at most so often; milliseconds. */
const plainInterval = 5000

export class Progress {
  readonly #out: NodeJS.WriteStream
  readonly #redraw: boolean
  #runs = new Map<string, RunSummary>()
  /** Entries of the queue that were told of. */
  readonly #refused = new Set<number>()
  #drawn = false
  #lastPlain = 0

  constructor(out: NodeJS.WriteStream = process.stderr) {
    this.#out = out
    this.#redraw = out.isTTY === true
  }

  show(event: HostEvent): void {
    switch (event.type) {
      case 'run':
        this.#run(event.run)
        return
      case 'stages': {
        const begun = event.stages.findLast((stage) => stage.firstStep !== null && stage.lastStep === null)
        if (begun) this.#line(`stage ${begun.stage + 1} "${begun.name}" from step ${begun.firstStep}`)
        return
      }
      case 'evaluation': {
        const { step, accuracy, prompts, meanLength } = event.evaluation
        const share = `${(100 * accuracy).toFixed(1)} %`
        this.#line(`step ${step}: ${share} of ${prompts} held-out prompts right, ${meanLength.toFixed(1)} tokens long`)
        return
      }
      case 'steering': {
        const { kind, changes, effectiveStep, refused } = event.event
        if (refused === null && effectiveStep === null) return
        const what = changes
          ? Object.entries(changes)
              .map(([name, value]) => `${name} = ${value}`)
              .join(', ')
          : kind
        this.#line(refused === null ? `${what}: in force from step ${effectiveStep}` : `${what}: refused: ${refused}`)
        return
      }
      case 'alert':
        this.#line(`! ${event.alert.message}\n  ${event.alert.hint}`)
        return
      case 'phase': {
        const run = this.#runs.get(event.runId)
        if (run && this.#redraw) this.#draw(run, `${event.phase.phase} ${Math.round(100 * event.phase.fraction)} %`)
        return
      }
      case 'queue': {
        const refused = event.queue.entries.filter(({ status, id }) => status === 'failed' && !this.#refused.has(id))
        for (const { id, title, error } of refused) {
          this.#refused.add(id)
          this.#line(`q${id} ${title} was refused: ${error?.message}\n  ${error?.hint}`)
        }
        return
      }
      case 'rewound':
        this.#line(`goes on after step ${event.lastStep}`)
        return
    }
  }

  /** Leaves the last state of the bar standing. */
  end(): void {
    if (this.#drawn) this.#out.write('\n')
    this.#drawn = false
  }

  #run(run: RunSummary): void {
    const before = this.#runs.get(run.id)
    this.#runs.set(run.id, run)
    if (before?.status !== run.status) {
      const backend = run.backend ? ` on ${run.backend}` : ''
      this.#line(`run #${run.number} ${run.name}: ${run.status}${backend}`)
    }
    if (this.#redraw) this.#draw(run)
    else if (run.step !== before?.step && run.step > 0 && this.#due(run)) this.#out.write(`${describe(run)}\n`)
  }

  #due(run: RunSummary): boolean {
    const now = Date.now()
    if (run.step !== run.totalSteps && now - this.#lastPlain < plainInterval) return false
    this.#lastPlain = now
    return true
  }

  #line(text: string): void {
    if (this.#drawn) this.#out.write('\r\x1b[K')
    this.#drawn = false
    this.#out.write(`${text}\n`)
  }

  #draw(run: RunSummary, doing = ''): void {
    if (run.status !== 'running' && run.status !== 'starting') return
    const line = `${bar(run)}${describe(run)} ${doing}`
    this.#out.write(`\r${line.slice(0, (this.#out.columns || 100) - 1)}\x1b[K`)
    this.#drawn = true
  }
}

/** None where nobody knows how far it is. */
function bar({ step, totalSteps }: RunSummary): string {
  if (totalSteps === null) return ''
  const done = Math.min(barWidth, Math.round((barWidth * step) / Math.max(1, totalSteps)))
  return `${'█'.repeat(done)}${'░'.repeat(barWidth - done)} `
}

function describe(run: RunSummary): string {
  const parts = [run.totalSteps === null ? `step ${run.step}` : `step ${run.step}/${run.totalSteps}`]
  if (run.reward !== null) parts.push(`reward ${run.reward.toFixed(3)}`)
  if (run.accuracy !== null) parts.push(`held-out ${(100 * run.accuracy).toFixed(1)} %`)
  if (run.etaSeconds !== null) parts.push(`${duration(run.etaSeconds)} to go`)
  return parts.join(' · ')
}
