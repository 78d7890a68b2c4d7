/** The samples that an alert points at: those of the step in which the sign is plainest. */
import type { CourseAlert, Evidence, SampledCompletion, SampledGroup, StepReport } from '../../contract/records.ts'
import { isRight } from '../../contract/rewards.ts'
import { expectedLanguage, isIdentical } from './signals.ts'
import { inOtherLanguage, isHollow, leavesRange, repeats } from './signs.ts'

/** So many are enough to see what it is. */
const MOST = 4

type Ranked = [SampledCompletion, SampledGroup, number]

/** @param questions of the step's groups in words, in their order */
export async function evidenceOf(
  kind: CourseAlert,
  { step, groups, settings }: Pick<StepReport, 'step' | 'groups' | 'settings'>,
  questions: readonly string[],
): Promise<Evidence[]> {
  const ranked: Ranked[] = []
  for (const [i, group] of groups.entries()) {
    const foreign =
      kind === 'other-language'
        ? await inOtherLanguage(
            group.completions.map(({ text }) => text),
            await expectedLanguage(questions[i], settings),
          )
        : []
    group.completions.forEach((one, c) => {
      const weight = foreign[c] ? one.tokens : weightOf(kind, one, group)
      if (weight > 0) ranked.push([one, group, weight])
    })
  }
  // the plainest of each group first, then the next ones: one strange prompt is not all there is to see
  const seen = new Map<number, number>()
  return ranked
    .sort((a, b) => b[2] - a[2])
    .map(([one, { group }]) => {
      const before = seen.get(group) ?? 0
      seen.set(group, before + 1)
      return { before, at: { step, group, sample: one.sample } }
    })
    .sort((a, b) => a.before - b.before)
    .slice(0, MOST)
    .map(({ at }) => at)
}

/** How plainly an output shows the sign; 0: not at all. */
function weightOf(kind: CourseAlert, one: SampledCompletion, group: SampledGroup): number {
  const wrong = isRight(one.parts) !== true
  switch (kind) {
    case 'length-growth':
      return wrong ? one.tokens : 0
    case 'repetition-growth':
      return repeats(one)
    case 'identical-answers':
      return isIdentical(group) && one.sample === 0 ? 1 : 0
    case 'hollow-format':
      return isHollow(one) ? 1 : 0
    case 'reward-model-range':
      return leavesRange(one) ? 1 + Math.max(one.advantage, 0) : 0
    case 'all-truncated':
      return one.finishReason === 'length' ? one.tokens : 0
    case 'no-signal':
      return group.zeroSpread && one.sample === 0 ? 1 : 0
    // what is rewarded most is where the policy goes
    case 'kl-jump':
    case 'kl-explosion':
    case 'reward-apart':
      return wrong ? Math.max(one.advantage, 0) + Number.EPSILON : 0
    default:
      return 0
  }
}
