/** The table of metrics, out of the contract's own, and which of them have a chart. */
import {
  criticMetrics,
  type MetricInfo,
  type MetricName,
  metrics,
  processMetrics,
  stageMetrics,
  timingMetrics,
} from '../../src-main/contract/metrics.ts'
import { panelsOf } from '../../src-renderer/charts/panels.ts'
import { code, table } from './markdown.ts'

const charted = new Set<string>(
  panelsOf(['format', 'language', 'helpfulness'], ['sft', 'rejection-sampling', 'reward-model'], true).flatMap(
    (panel) => [panel.metric, panel.spread ?? panel.metric],
  ),
)

const ofEachReward: Record<string, MetricInfo> = {
  'rewards/NAME/mean': {
    label: 'the reward’s name',
    unit: '',
    about:
      'Of each reward that the run weighs: its mean over the outputs that it has a verdict for. For accuracy, the share of right answers.',
  },
  'rewards/NAME/std': {
    label: 'spread of the reward',
    unit: '',
    about: 'Its standard deviation over the same outputs.',
  },
}

export function metricTable(): string {
  return table(
    ['metric', 'in the window', 'unit', 'what it is'],
    Object.entries({
      ...(metrics as Record<string, MetricInfo>),
      ...stageMetrics,
      ...processMetrics,
      ...criticMetrics,
      ...ofEachReward,
    }).map(([name, { label, unit, about }]) => [
      code(name),
      charted.has(name) ? `**${label}**` : label,
      unit,
      timingMetrics.includes(name as MetricName) ? `${about} Differs from run to run.` : about,
    ]),
  )
}
