/** How long a run will still take at its present pace. */

/** Steps that the pace is averaged over: long enough to be calm, short enough to follow a changed token limit. */
const window = 20

export class Pace {
  readonly #seconds: number[] = []
  #evaluation = 0

  step(seconds: number): void {
    if (!Number.isFinite(seconds)) return
    this.#seconds.push(seconds)
    if (this.#seconds.length > window) this.#seconds.shift()
  }

  evaluation(seconds: number): void {
    if (Number.isFinite(seconds)) this.#evaluation = seconds
  }

  /**
   * @param evalEvery steps between evaluations, 0 for none but the last
   * @returns seconds to the end, evaluations included; null before the first step
   */
  eta(step: number, totalSteps: number, evalEvery: number): number | null {
    if (this.#seconds.length === 0) return null
    const mean = this.#seconds.reduce((sum, s) => sum + s, 0) / this.#seconds.length
    const between = evalEvery > 0 ? Math.floor((totalSteps - 1) / evalEvery) - Math.floor(step / evalEvery) : 0
    return mean * (totalSteps - step) + this.#evaluation * (Math.max(0, between) + 1)
  }
}
