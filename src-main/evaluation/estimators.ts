/** What one prompt's samples say: pass@k without bias, and the answer that most of them give. */

/**
 * The probability that at least one of k samples is right, without bias, from n samples of which c are right: 1 − C(n−c, k) / C(n, k)
 * (Chen et al. 2021, "Evaluating Large Language Models Trained on Code", equation 1), as a product that never overflows.
 * @param k from 1 to n
 * @returns 0 to 1
 */
export function passAtK(n: number, c: number, k: number): number {
  if (n - c < k) return 1
  let none = 1
  for (let i = n - c + 1; i <= n; i++) none *= 1 - k / i
  return 1 - none
}

/**
 * cons@k: whether the answer that most samples give is right (Guo et al. 2025; self-consistency: Wang et al. 2022). Of answers with as many
 * votes one is drawn in expectation, so that the order of the samples plays no part.
 * @param votes which answer each sample gives, as any number that equal answers share; null for a sample without an answer, which has no vote
 * @param right whether each sample is right
 * @returns 0 to 1; 0 if no sample has an answer
 */
export function consensus(votes: readonly (number | null)[], right: readonly boolean[]): number {
  const answers = new Map<number, { votes: number; right: number }>()
  votes.forEach((vote, i) => {
    if (vote === null) return
    const answer = answers.get(vote) ?? { votes: 0, right: 0 }
    answers.set(vote, { votes: answer.votes + 1, right: answer.right + Number(right[i]) })
  })
  const most = Math.max(0, ...[...answers.values()].map((a) => a.votes))
  const leading = [...answers.values()].filter((a) => a.votes === most)
  return leading.length === 0 ? 0 : mean(leading.map((a) => a.right / a.votes))
}

/** NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** 1, 2, 4 … up to n, and n itself: the k that n samples tell pass@k of. */
export function kValues(n: number): number[] {
  const powers: number[] = []
  for (let k = 1; k < n; k *= 2) powers.push(k)
  return [...powers, n]
}
