/** What a supervised stage learns from: solved problems, part of them held out. */
import { StudioError } from '../../contract/errors.ts'
import { type ArithmeticKind, arithmeticKinds, type Recipe } from '../../contract/recipe.ts'
import { type SupervisedData, type SupervisedSource, sourcesOf } from '../../contract/stages.ts'
import { mix, randomAt } from '../random.ts'
import { corpusExample } from '../tasks/corpus.ts'
import { readProblems } from '../tasks/data-set.ts'
import type { Problem } from '../tasks/problem.ts'
import { isSolved, solutionOf } from '../tasks/question.ts'
import { drawReply } from '../tasks/requests.ts'
import { drawTraining } from '../tasks/sets.ts'
import { traces } from './traces.ts'

export interface Example {
  problem: Problem
  /** The whole answer, without the end token. */
  completion: string
}

export interface Examples {
  training: Example[]
  /** At least one. */
  heldOut: Example[]
}

/** One in so many problems is held out; which ones depends on the problem alone, so that all answers to it are on the same side. */
export const HELD_OUT = 10

/**
 * @param collected the file that a rejection-sampling stage of the recipe wrote, by the stage's name
 * @param training problems of the run
 * @throws StudioError bad-recipe for a file that cannot be read, or for fewer than two problems with a solution
 */
export async function examplesOf(
  data: SupervisedData,
  recipe: Recipe,
  training: readonly Problem[],
  collected: (stage: string) => string,
): Promise<Examples> {
  const all: Example[] = []
  for (const source of sourcesOf(data)) all.push(...(await examplesFrom(source, recipe, training, collected)))
  const sides: Examples = { training: [], heldOut: [] }
  for (const example of all) {
    const out = (mix(`sft/${example.problem.prompt}`)[0] >>> 0) % HELD_OUT === 0
    sides[out ? 'heldOut' : 'training'].push(example)
  }
  // a small set may have all its problems on one side
  if (sides.heldOut.length === 0) sides.heldOut.push(...sides.training.splice(-1))
  if (sides.training.length === 0) sides.training.push(...sides.heldOut.splice(0, sides.heldOut.length - 1))
  if (sides.training.length > 0 && sides.heldOut.length > 0) return sides
  throw new StudioError(
    'bad-recipe',
    `There are ${all.length} solved problems to learn from (${nameOf(data)}): at least two are needed, one of them to measure with.`,
    sourcesOf(data).some((source) => typeof source === 'object' && 'stage' in source)
      ? 'Sample more in the stage that collects them, or from a model that is right more often.'
      : 'Give more problems with a solution: lines with a "reasoning" or a "completion".',
  )
}

/** @throws StudioError bad-recipe for a file that cannot be read */
export async function examplesFrom(
  data: SupervisedSource,
  recipe: Recipe,
  training: readonly Problem[],
  collected: (stage: string) => string,
): Promise<Example[]> {
  if (data === 'solutions') return solved(training)
  if ('traces' in data) return traces(recipe, data.traces, data.mixed ?? 0)
  if ('corpus' in data) return corpus(recipe, data.corpus)
  if ('requests' in data) return requests(recipe, data.requests)
  const path = 'file' in data ? data.file : collected(data.stage)
  const read = await readProblems({ path, domain: recipe.data?.domain ?? 'math' })
  return solved(read.map(({ problem }) => problem))
}

const nameOf = (data: SupervisedData) =>
  sourcesOf(data)
    .map((source) => (typeof source === 'string' ? source : Object.entries(source)[0].join(' ')))
    .join(', ')

const solved = (problems: readonly Problem[]) =>
  problems.filter(isSolved).map((problem) => ({ problem, completion: problem.completion ?? solutionOf(problem) }))

/** Texts of the two phases of the embedded model's pre-training, in the proportion that they had there. */
function corpus(recipe: Recipe, count: number): Example[] {
  const weights = arithmeticWeights(recipe)
  const random = randomAt(recipe.seed, 'corpus')
  return Array.from({ length: count }, () => {
    const kind: ArithmeticKind = arithmeticKinds[random.weighted(weights)]
    const phase = random.next() < SKILLS_SHARE ? 'skills' : 'habits'
    const { completion, behaviour: _, ...problem } = corpusExample(random, kind, phase)
    return { problem, completion }
  })
}

const SKILLS_SHARE = 0.7

function requests(recipe: Recipe, count: number): Example[] {
  const random = randomAt(recipe.seed, 'requests')
  return Array.from({ length: count }, () => {
    const problem = drawTraining(random, 'request')
    return { problem, completion: drawReply(random, problem.prompt).completion }
  })
}

/** @throws StudioError bad-recipe without arithmetic in the recipe's task */
function arithmeticWeights(recipe: Recipe): number[] {
  const weights = arithmeticKinds.map((kind) => recipe.task?.[kind] ?? 0)
  if (weights.some((weight) => weight > 0)) return weights
  throw new StudioError(
    'bad-recipe',
    'The data "corpus" are arithmetic, and the recipe’s task has none of it.',
    `Give one of ${arithmeticKinds.join(', ')} a weight in task, or choose other data.`,
  )
}
