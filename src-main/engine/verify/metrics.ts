/** Metrics of the loss by TRL's names, out of its statistics. */
import type { Statistics } from '../grpo/statistics.ts'

export const metricOf: Record<string, (s: Statistics<number>) => number> = {
  kl: (s) => s.kl / s.tokens,
  entropy: (s) => s.entropy / s.tokens,
  'clip_ratio/low_mean': (s) => s.low / s.ratios,
  'clip_ratio/high_mean': (s) => s.high / s.ratios,
  'clip_ratio/region_mean': (s) => (s.low + s.high) / s.ratios,
  'clip_ratio/low_min': (s) => s.lowMin,
  'clip_ratio/high_max': (s) => s.highMax,
  cispo_clip_ratio: (s) => s.high / s.ratios,
  'vespo/phi_seq_mean': (s) => s.phi / s.rows,
}
