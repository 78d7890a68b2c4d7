/** Why a sample is not worth keeping, looked at by itself (Guo et al. 2025, Methods: the reasoning data of the second fine-tuning). */
import { parametersOf, type RewardParameters } from '../../contract/rewards.ts'
import type { DropReason, StageOf } from '../../contract/stages.ts'
import { format } from './format.ts'
import { judged } from './judged.ts'
import { language } from './language.ts'
import type { Group } from './reward.ts'

export type KeepLimits = Pick<StageOf<'rejection-sampling'>, 'minLanguage' | 'maxParagraph'>

/** What is wrong with each sample; undefined: nothing. */
export async function flawsOf(
  group: Group,
  settings: { rewardWeights: object; rewardParameters: RewardParameters },
  limits: KeepLimits,
): Promise<(DropReason | undefined)[]> {
  const { right } = await judged(group, settings)
  const languages = await language(group, parametersOf('language', settings.rewardParameters))
  return group.completions.map((completion, i) => {
    if (!completion.finished) return 'unfinished'
    if (!right[i]) return 'wrong'
    if (format(completion).value !== 1) return 'malformed'
    // reasoning without words is in no language
    if ((languages[i].value ?? 1) < limits.minLanguage) return 'mixed_language'
    if (longestParagraph(completion.text) > limits.maxParagraph) return 'long_paragraph'
    return undefined
  })
}

/** Characters between blank lines. */
function longestParagraph(text: string): number {
  return text.split(/\n\s*\n/).reduce((most, paragraph) => Math.max(most, [...paragraph].length), 0)
}
