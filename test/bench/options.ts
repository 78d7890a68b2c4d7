export interface BenchOptions {
  seeds: number[]
  /** The best that works here, if not given. */
  backend?: string
}
