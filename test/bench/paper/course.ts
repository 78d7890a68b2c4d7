/** The course of R1-Zero as it was published: how long its answers were and how many were right, over its steps. Plain ASCII, so that a character is a byte. */

export const published = {
  steps: 10_400,
  prompts: 32,
  outputs: 16,
  /** 198 hours on 64 × 8 H800. */
  hours: 198,
}

/** Of DeepSeek's tokenizer in English reasoning with formulas, about. */
export const charactersPerToken = 3.5

/** Read off the paper's figure: mean tokens of an answer, by the part of the run that is over. */
const lengths: readonly [part: number, tokens: number][] = [
  [0, 400],
  [0.1, 900],
  [0.2, 1700],
  [0.4, 3600],
  [0.6, 6000],
  [0.8, 8600],
  [1, 10_000],
]

export function meanTokens(part: number): number {
  const after = Math.max(
    1,
    lengths.findIndex(([at]) => at >= part),
  )
  const [[x0, y0], [x1, y1]] = [lengths[after - 1], lengths[after]]
  return y0 + ((y1 - y0) * (part - x0)) / (x1 - x0)
}

/** Of AIME 2024: from 15.6 % to 71 %, fast at first. */
export const meanAccuracy = (part: number): number => 0.156 + 0.555 * (1 - Math.exp(-3 * part))

/** Longest answers: 32,768 tokens. */
export const mostTokens = 32_768
