export interface BenchOptions {
  seeds: number[]
  /** The best that works here, if not given. */
  backend?: string
  /** A Python with torch and TRL: the trainer's opponents. */
  python?: string
  /** Rows of the trainer's bench, or ablations by name; all, if not given. */
  rows?: string[]
  /** TRL, the trainer's opponent, computes on the GPU. */
  gpu?: boolean
  /** Rounds that count, and rounds before them, of the trainer's bench. */
  steps?: number
  warmUp?: number
}
