/** What came of each prompt of an evaluation: its samples as one row. */
import { type EvaluationSample, spokesman } from '../../../../src-main/contract/evaluation.ts'

export interface Outcome {
  prompt: string
  answer: string
  /** Of the sample that speaks for the prompt: the first that gives the answer of the majority. */
  text: string
  tokens: number
  /** The answer of the majority is right. */
  correct: boolean
  right: number
  of: number
}

/** @param samples a prompt's own together, `perPrompt` of each */
export function outcomesOf(samples: readonly EvaluationSample[], perPrompt: number): Outcome[] {
  return Array.from({ length: Math.floor(samples.length / perPrompt) }, (_, i) => {
    const group = samples.slice(i * perPrompt, (i + 1) * perPrompt)
    const { prompt, answer, text, tokens, correct } = spokesman(group)
    return { prompt, answer, text, tokens, correct, right: group.filter((s) => s.correct).length, of: perPrompt }
  })
}
