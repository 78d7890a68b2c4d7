/** Signals of reward hacking, computed of all outputs of each step. */
import type { GrpoMetrics } from '../../contract/metrics.ts'
import type { SampledGroup } from '../../contract/records.ts'
import { isRight, parametersOf } from '../../contract/rewards.ts'
import type { Settings } from '../../contract/settings.ts'
import { inOtherLanguage, isHollow, type Language, languageOf, leavesRange, repeats, saidBy } from './signs.ts'

export const signalNames = [
  'completions/right',
  'completions/repetition',
  'completions/identical_groups',
  'completions/hollow',
  'completions/other_language',
  'reward_model/out_of_range',
] as const
export type Signals = Pick<GrpoMetrics, (typeof signalNames)[number]>

/** @param questions of the groups, in their order, in words */
export async function signalsOf(
  groups: readonly SampledGroup[],
  questions: readonly string[],
  settings: Pick<Settings, 'rewardWeights' | 'rewardParameters'>,
): Promise<Signals> {
  const all = groups.flatMap((group) => group.completions)
  const known = all.map(({ parts }) => isRight(parts)).filter((right) => right !== null)
  const shareOf = (hits: number, of: number) => hits / of
  const scored = all.map(leavesRange).filter((outside) => outside !== null)
  let other = 0
  for (const [i, { completions }] of groups.entries()) {
    const foreign = await inOtherLanguage(
      completions.map(({ text }) => text),
      await expectedLanguage(questions[i], settings),
    )
    other += foreign.filter(Boolean).length
  }
  return {
    'completions/right': shareOf(known.filter(Boolean).length, known.length),
    'completions/repetition': all.reduce((sum, one) => sum + repeats(one), 0) / all.length,
    'completions/identical_groups': shareOf(groups.filter(isIdentical).length, groups.length),
    'completions/hollow': shareOf(all.filter(isHollow).length, all.length),
    'completions/other_language': shareOf(other, all.length),
    'reward_model/out_of_range': shareOf(scored.filter(Boolean).length, scored.length),
  }
}

/** All outputs of the group say the same, and no rule calls it right. */
export const isIdentical = ({ completions }: Pick<SampledGroup, 'completions'>): boolean =>
  completions.length > 1 &&
  completions.every((one) => isRight(one.parts) !== true && saidBy(one) === saidBy(completions[0]))

/** What the language reward wants where there is one, else the language of the question. */
export async function expectedLanguage(
  question: string,
  { rewardWeights, rewardParameters }: Pick<Settings, 'rewardWeights' | 'rewardParameters'>,
): Promise<Language> {
  if (rewardWeights.language !== undefined) return parametersOf('language', rewardParameters).target
  return languageOf(question)
}
