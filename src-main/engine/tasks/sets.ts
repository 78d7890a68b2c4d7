/**
 * The training and the evaluation set of generated problems. Which part a problem belongs to is a property of the problem itself (a hash), so
 * that pre-training, every run and every seed keep away from the same held-out problems.
 */

import { StudioError } from '../../contract/errors.ts'
import { type ArithmeticKind, type TaskKind, taskKinds } from '../../contract/recipe.ts'
import { mix, type Random, randomAt } from '../random.ts'
import { type ArithmeticProblem, drawArithmetic } from './arithmetic.ts'
import { drawLevelled, familyOf, isLevelled } from './families.ts'
import type { Problem, TaskLevels, TaskWeights } from './problem.ts'
import { drawRequest, requestCore, requestIn } from './requests.ts'

/** Share of the problems that is held out; there are few products (720), small puzzles, simple functions and requests (864), so that more are. */
const heldOutShare = { other: 0.1, product: 0.25, levelled: 0.25, request: 0.25 }

/** General prompts of an evaluation, at most. */
export const MOST_GENERAL = 256

/** Draws without a new problem after which a kind counts as used up: the last of the products is missed once in 1e12. */
const patience = 20_000

/** Whether this problem is for evaluation only. Sums of the same numbers in another order, puzzles in other names, and values of one function belong together. */
export function heldOut(problem: Pick<Problem, 'prompt' | 'data'>): boolean {
  const { prompt, data } = problem
  return (mix(`held-out/${canonical(problem)}`)[0] >>> 0) / 4294967296 < shareOf(prompt, data)
}

function shareOf(prompt: string, data: Problem['data']): number {
  if (data?.puzzle ?? data?.function) return heldOutShare.levelled
  if (requestIn(prompt)) return heldOutShare.request
  return prompt.includes('*') ? heldOutShare.product : heldOutShare.other
}

/**
 * Distinct problems that training may use, kinds in proportion to their weights.
 * @returns `size` problems, or those there are if the kinds have fewer
 */
export function trainingSet(weights: TaskWeights, size: number, seed: number, levels: TaskLevels = {}): Problem[] {
  return drawSet(randomAt(seed, 'training-set'), weights, levels, size, false)
}

/**
 * Distinct held-out problems, the same in every run; a smaller set is the beginning of a larger one.
 * @returns `size` problems, or those there are if the kinds have fewer
 */
export function evaluationSet(weights: TaskWeights, size: number, levels: TaskLevels = {}): Problem[] {
  return drawSet(randomAt(0, 'evaluation-set'), weights, levels, size, true)
}

/** Solved problems to be shown before a question: of the training part, kinds in turn; the same in every run, so that evaluations compare. */
export function exampleSet(weights: TaskWeights, count: number, levels: TaskLevels = {}): Problem[] {
  const kinds = taskKinds.filter((kind) => (weights[kind] ?? 0) > 0)
  const random = randomAt(0, 'prompt-examples')
  return Array.from({ length: count }, (_, i) => drawTraining(random, kinds[i % kinds.length], levels))
}

/** @throws StudioError internal, naming the problem, if one is in both sets (or is the same sum in another order) */
export function assertDisjoint(training: Problem[], evaluation: Problem[]): void {
  const trained = new Map(training.map((problem) => [canonical(problem), problem.prompt]))
  for (const problem of evaluation) {
    const { prompt } = problem
    const twin = trained.get(canonical(problem))
    if (twin === undefined) continue
    throw new StudioError(
      'internal',
      `The evaluation problem ${prompt} is in the training set too${twin === prompt ? '' : ` (as ${twin})`}.`,
      'Accuracy measured this way would mean nothing; please report this.',
    )
  }
}

/** A training problem in arithmetic, never a held-out one. */
export function drawTrainingProblem(random: Random, kind: ArithmeticKind): ArithmeticProblem {
  for (;;) {
    const problem = drawArithmetic(random, kind)
    if (!heldOut(problem)) return problem
  }
}

/** A training problem of any kind, never a held-out one. */
export function drawTraining(random: Random, kind: TaskKind, levels: TaskLevels = {}): Problem {
  for (;;) {
    const problem = drawProblem(random, kind, levels)
    if (!heldOut(problem)) return problem
  }
}

/** A random problem of this kind, from the training or the held-out part alike. */
function drawProblem(random: Random, kind: TaskKind, levels: TaskLevels): Problem {
  if (kind === 'request') return drawRequest(random)
  if (!isLevelled(kind)) return drawArithmetic(random, kind)
  const level = levels[kind] ?? 1
  const [from, to] = typeof level === 'number' ? [level, level] : level
  return drawLevelled(random, kind, from === to ? from : from + random.integer(to - from + 1))
}

function drawSet(
  random: Random,
  weights: TaskWeights,
  levels: TaskLevels,
  size: number,
  wantHeldOut: boolean,
): Problem[] {
  const kinds = taskKinds.filter((kind) => (weights[kind] ?? 0) > 0)
  const left = kinds.map((kind) => weights[kind] ?? 0)
  const misses = kinds.map(() => 0)
  const found = new Map<string, Problem>()
  while (found.size < size && left.some((weight) => weight > 0)) {
    const k = random.weighted(left)
    const problem = drawProblem(random, kinds[k], levels)
    if (heldOut(problem) === wantHeldOut && !found.has(problem.prompt)) {
      found.set(problem.prompt, problem)
      misses[k] = 0
    } else if (++misses[k] === patience) left[k] = 0
  }
  return [...found.values()]
}

/**
 * The same text for sums of the same numbers, for puzzles that differ in names and order alone, for values of the same function, and for
 * requests that differ in their opening.
 */
function canonical({ prompt, data }: Pick<Problem, 'prompt' | 'data'>): string {
  const known = data && familyOf({ data })
  if (known) return `${known.kind}/${known.family.structure(known.data)}`
  if (requestIn(prompt)) return requestCore(prompt)
  return /^[\d+]+=$/.test(prompt)
    ? prompt
        .slice(0, -1)
        .split('+')
        .sort((a, b) => Number(a) - Number(b))
        .join('+')
    : prompt
}
