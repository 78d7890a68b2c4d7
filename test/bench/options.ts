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
  /** Folder of the paper's run, which then stays: a run that was played into it before is only looked at anew. */
  data?: string
  /** Rounds that count, and rounds before them, of the trainer's bench; steps of the paper's run. */
  steps?: number
  warmUp?: number
}
