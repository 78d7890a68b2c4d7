/**
 * The training and the evaluation set. Which part a problem belongs to is a property of the problem itself (a hash), so that
 * pre-training, every run and every seed keep away from the same held-out problems.
 */

import { StudioError } from '../../contract/errors.ts'
import { type TaskKind, taskKinds } from '../../contract/recipe.ts'
import { mix, type Random, randomAt } from '../random.ts'
import { type ArithmeticProblem, drawProblem } from './arithmetic.ts'
import type { Problem, TaskWeights } from './problem.ts'

/** Share of the problems that is held out; there are few products (720), so that more of them are. */
const heldOutShare = { other: 0.1, product: 0.25 }

/** Draws without a new problem after which a kind counts as used up: the last of the products is missed once in 1e12. */
const patience = 20_000

/** Whether this problem is for evaluation only. Sums of the same numbers in another order belong together. */
export function heldOut(prompt: string): boolean {
  const share = prompt.includes('*') ? heldOutShare.product : heldOutShare.other
  return (mix(`held-out/${canonical(prompt)}`)[0] >>> 0) / 4294967296 < share
}

/**
 * Distinct problems that training may use, kinds in proportion to their weights.
 * @returns `size` problems, or those there are if the kinds have fewer
 */
export function trainingSet(weights: TaskWeights, size: number, seed: number): Problem[] {
  return drawSet(randomAt(seed, 'training-set'), weights, size, false)
}

/**
 * Distinct held-out problems, the same in every run; a smaller set is the beginning of a larger one.
 * @returns `size` problems, or those there are if the kinds have fewer
 */
export function evaluationSet(weights: TaskWeights, size: number): Problem[] {
  return drawSet(randomAt(0, 'evaluation-set'), weights, size, true)
}

/** @throws StudioError internal, naming the problem, if one is in both sets (or is the same sum in another order) */
export function assertDisjoint(training: Problem[], evaluation: Problem[]): void {
  const trained = new Map(training.map((problem) => [canonical(problem.prompt), problem.prompt]))
  for (const { prompt } of evaluation) {
    const twin = trained.get(canonical(prompt))
    if (twin === undefined) continue
    throw new StudioError(
      'internal',
      `The evaluation problem ${prompt} is in the training set too${twin === prompt ? '' : ` (as ${twin})`}.`,
      'Accuracy measured this way would mean nothing; please report this.',
    )
  }
}

/** A training problem of one kind, never a held-out one. */
export function drawTrainingProblem(random: Random, kind: TaskKind): ArithmeticProblem {
  for (;;) {
    const problem = drawProblem(random, kind)
    if (!heldOut(problem.prompt)) return problem
  }
}

function drawSet(random: Random, weights: TaskWeights, size: number, wantHeldOut: boolean): Problem[] {
  const left = taskKinds.map((kind) => weights[kind] ?? 0)
  const misses = taskKinds.map(() => 0)
  const found = new Map<string, Problem>()
  while (found.size < size && left.some((weight) => weight > 0)) {
    const k = random.weighted(left)
    const problem = drawProblem(random, taskKinds[k])
    if (heldOut(problem.prompt) === wantHeldOut && !found.has(problem.prompt)) {
      found.set(problem.prompt, problem)
      misses[k] = 0
    } else if (++misses[k] === patience) left[k] = 0
  }
  return [...found.values()]
}

/** The same text for sums of the same numbers. */
function canonical(prompt: string): string {
  return /^[\d+]+=$/.test(prompt)
    ? prompt
        .slice(0, -1)
        .split('+')
        .sort((a, b) => Number(a) - Number(b))
        .join('+')
    : prompt
}
