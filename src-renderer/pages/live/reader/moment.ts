import type { PromptAppearance } from '../../../../src-main/contract/api.ts'
import { t } from '../../../text/t.ts'

/** When the model met the prompt, in words. */
export function momentName({ source, step }: PromptAppearance): string {
  if (source === 'evaluation')
    return step === 0 ? t('base model, held-out') : t('after step {{step}}, held-out', { step })
  return t('step {{step}}', { step })
}

/** How many are right; of those alone on which a rule has a verdict. */
export function rightness(samples: readonly Pick<PromptAppearance['samples'][number], 'correct'>[]): string {
  const judged = samples.filter(({ correct }) => correct !== null)
  if (judged.length === 0) return t('no rule tells what is right')
  return t('{{filter}} of {{count}} samples right', {
    filter: judged.filter(({ correct }) => correct).length,
    count: judged.length,
  })
}

/** @param tokens null: not delivered */
export const tokensOnAverage = (tokens: number | null, digits: number): string =>
  tokens === null ? t('tokens not delivered') : t('{{tokens}} tokens on average', { tokens: tokens.toFixed(digits) })
