import type { PromptAppearance } from '../../../../src-main/contract/api.ts'
import { plural } from '../../../format/number.ts'

/** When the model met the prompt, in words. */
export function momentName({ source, step }: PromptAppearance): string {
  if (source === 'evaluation') return step === 0 ? 'base model, held-out' : `after step ${step}, held-out`
  return `step ${step}`
}

/** How many are right; of those alone on which a rule has a verdict. */
export function rightness(samples: readonly Pick<PromptAppearance['samples'][number], 'correct'>[]): string {
  const judged = samples.filter(({ correct }) => correct !== null)
  if (judged.length === 0) return 'no rule tells what is right'
  return `${judged.filter(({ correct }) => correct).length} of ${plural(judged.length, 'sample')} right`
}
