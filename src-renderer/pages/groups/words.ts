/** One group in a line: when, what it was rewarded, how many were right. */
import { compact, fixed } from '../../format/number.ts'
import { type Figures, figureOf, silenceOf } from '../../stores/group-figures.ts'
import { t } from '../../text/t.ts'

export function aboutGroup(figures: Figures, row: number): string {
  const of = (column: Parameters<typeof figureOf>[2]) => figureOf(figures, row, column)
  const judged = of('judged')
  const silence = silenceOf(figures, row)
  const why = { right: t('all right: no signal'), wrong: t('all wrong: no signal'), alike: t('all alike: no signal') }
  return [
    t('step {{step}}, group {{group}}', { step: of('step'), group: of('group') + 1 }),
    t('reward {{mean}} ± {{spread}}', { mean: compact(of('mean')), spread: compact(of('std')) }),
    ...(judged > 0 ? [t('{{right}} of {{judged}} right', { right: of('right'), judged })] : []),
    t('{{tokens}} tokens on average', { tokens: fixed(of('tokens'), 0) }),
    ...(silence ? [why[silence]] : []),
  ].join(' · ')
}
