import type { PromptAppearance } from '../../../../src-main/contract/api.ts'

/** When the model met the prompt, in words. */
export function momentName({ source, step }: PromptAppearance): string {
  if (source === 'evaluation') return step === 0 ? 'base model, held-out' : `after step ${step}, held-out`
  return `step ${step}`
}
