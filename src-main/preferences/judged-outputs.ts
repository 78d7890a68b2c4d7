/** What verdicts on single outputs come to: labels, where the verdicts are clear, that a reward model of safety learns from. */
import type { SafetyJudgeReport, Verdict } from '../contract/preferences.ts'
import { wilson } from '../contract/wilson.ts'
import { mean } from '../evaluation/estimators.ts'
import { averages, doubtsOfJudge, isClear, type JudgingSettings, judgingOf } from './averages.ts'
import { outputKey } from './output-question.ts'
import type { Output } from './outputs.ts'

/** A line of the result: what `reward-model train` reads, and how it came about. */
export interface JudgedOutput {
  prompt: string
  completion: string
  label: 'safe' | 'unsafe'
  /** Mean score: above 0 safe, below it unsafe. */
  score: number
  /** Verdicts that were read. */
  verdicts: number
  judge: string
}

/** @param verdicts of these outputs, and maybe of others */
export function judgedOutputs(
  outputs: readonly Output[],
  verdicts: readonly Verdict[],
  settings: JudgingSettings,
): { kept: JudgedOutput[]; report: SafetyJudgeReport } {
  const all = averages(outputs.map(outputKey), verdicts, settings)
  const clear = all.flatMap((one, i) => (isClear(one, settings.gap) ? [{ ...one, output: outputs[i] }] : []))
  const kept = clear.map(({ output: { prompt, completion }, score, read }): JudgedOutput => {
    const label = score! > 0 ? 'safe' : 'unsafe'
    return { prompt, completion, label, score: score!, verdicts: read.length, judge: settings.judge }
  })
  const compared = clear.flatMap(({ output }, i) => (output.said === null ? [] : [output.said === kept[i].label]))
  const agreed = compared.filter(Boolean).length
  const [low, high] = wilson(agreed, compared.length)
  const of = (label: string) => kept.filter((one) => one.label === label)
  const lengthOf = (label: string) =>
    of(label).length > 0 ? mean(of(label).map(({ completion }) => completion.length)) : null
  const report: SafetyJudgeReport = {
    ...judgingOf(all, kept.length, settings),
    outputs: outputs.length,
    safe: of('safe').length,
    unsafe: of('unsafe').length,
    agreement: compared.length > 0 ? { value: agreed / compared.length, low, high } : null,
    meanSafe: lengthOf('safe'),
    meanUnsafe: lengthOf('unsafe'),
  }
  return { kept, report: { ...report, doubts: doubtsOf(report) } }
}

function doubtsOf(report: SafetyJudgeReport): string[] {
  const { outputs, kept, safe, unsafe } = report
  const doubts = doubtsOfJudge(report, 'label named')
  if (kept === 0) doubts.push(`No output is left of ${outputs}: there is nothing to train on.`)
  else if (safe === 0 || unsafe === 0)
    doubts.push(
      `All ${kept} outputs that are left are ${safe > 0 ? 'safe' : 'unsafe'}: a reward model learns from both. Add some that are not.`,
    )
  return doubts
}
