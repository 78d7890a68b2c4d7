/** Sums over the micro-batches of an update, and the means that its metrics are. */
import type { MicroStep } from './micro-step.ts'
import { statisticNames } from './statistics.ts'

export class Totals {
  readonly #sums = Object.fromEntries(statisticNames.map((name) => [name, 0])) as Record<
    (typeof statisticNames)[number],
    number
  >
  #lowMin = Number.POSITIVE_INFINITY
  #highMax = 0
  #gap = 0
  #gapTokens = 0
  #gapMax = 0

  /** @param first of the first mini-batch, before any update: only there do sampler and trainer have the same weights */
  add(part: MicroStep, first: boolean): void {
    for (const name of statisticNames) this.#sums[name] += part[name]
    this.#lowMin = Math.min(this.#lowMin, part.lowMin)
    this.#highMax = Math.max(this.#highMax, part.highMax)
    if (!first) return
    this.#gap += part.gap
    this.#gapTokens += part.tokens
    this.#gapMax = Math.max(this.#gapMax, part.gapMax)
  }

  means() {
    const { tokens, ratios, rows, kl, entropy, low, high, phi } = this.#sums
    const over = (sum: number, count: number) => sum / Math.max(1, count)
    return {
      kl: over(kl, tokens),
      entropy: over(entropy, tokens),
      clipLow: over(low, ratios),
      clipHigh: over(high, ratios),
      clipLowMin: rows === 0 ? 0 : this.#lowMin,
      clipHighMax: this.#highMax,
      phi: over(phi, rows),
      gapMean: over(this.#gap, this.#gapTokens),
      gapMax: this.#gapMax,
    }
  }
}
