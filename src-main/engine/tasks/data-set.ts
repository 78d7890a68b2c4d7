/** Problems from files: read, checked row by row, and kept apart. */
import type { DataMap, DataSet } from '../../contract/data-set.ts'
import type { Domain } from '../../contract/domains.ts'
import { StudioError } from '../../contract/errors.ts'
import { readDataRows } from '../../library/data-files.ts'
import { firstOf } from '../../library/rows.ts'
import { randomAt } from '../random.ts'
import type { Problem } from './problem.ts'
import { type PlacedProblem, problemsOfRows } from './rows.ts'
import { MOST_GENERAL } from './sets.ts'
import type { ProblemSets } from './source.ts'

interface Wanted {
  trainPrompts: number
  evalPrompts: number
  examples: number
  seed: number
}

/**
 * Of the training file `trainPrompts` lines drawn by the seed, of the other one `evalPrompts` that are the same in every run.
 * @throws StudioError bad-recipe: a file that cannot be read, has changed since the launch, or has lines that are wrong; a prompt in both
 */
export async function dataSet(
  data: DataSet,
  { trainPrompts, evalPrompts, examples, seed }: Wanted,
): Promise<ProblemSets> {
  const { domain, map, sha256 } = data
  const training = await readProblems({ path: data.train, domain, map, sha256: sha256?.train })
  const evaluation = await readProblems({ path: data.eval, domain, map, sha256: sha256?.eval })
  requireDisjoint(training, data.train, evaluation, data.eval)
  const drawn = randomAt(seed, 'training-set').shuffle([...training])
  const heldOut = randomAt(0, 'evaluation-set')
    .shuffle([...evaluation])
    .map(({ problem }) => problem)
  const [judged, general] = [heldOut.filter((p) => !isGeneral(p)), heldOut.filter(isGeneral)]
  return {
    training: drawn.slice(0, trainPrompts).map(({ problem }) => problem),
    heldOut: (judged.length > 0 ? judged : general).slice(0, evalPrompts),
    general: judged.length > 0 ? general.slice(0, MOST_GENERAL) : [],
    examples: examplesOf(training, data.train, examples),
  }
}

interface Source {
  path: string
  /** Of rows that do not say their own. */
  domain: Domain
  map?: DataMap
  /** Of the file that is meant. */
  sha256?: string
}

/** @throws StudioError bad-recipe naming the file and every row that is wrong (the first ten of them) */
export async function readProblems({ path, domain, map, sha256: launchedWith }: Source): Promise<PlacedProblem[]> {
  const { rows, sha256 } = await readDataRows(path)
  if (launchedWith !== undefined && sha256 !== launchedWith) throw changed(path)
  const { read: problems, wrong } = problemsOfRows(rows, domain, map)
  if (wrong.length > 0)
    throw new StudioError(
      'bad-recipe',
      `${path} is no data set: ${firstOf(wrong)}.`,
      'Give one object a line, like {"prompt":"What is 2 + 2?","answer":"4"}, or map the names of the fields; docs/recipes.md lists them.',
    )
  if (problems.length === 0)
    throw new StudioError(
      'bad-recipe',
      `${path} has no problem in it.`,
      'Give one object a line, like {"prompt":"What is 2 + 2?","answer":"4"}.',
    )
  return problems
}

/** No rule has an answer to it. */
const isGeneral = ({ domain, answer, data }: Problem) => domain === 'general' && answer === '' && data === undefined

const changed = (path: string) =>
  new StudioError(
    'bad-recipe',
    `${path} is not what it was when this run was launched: its content has another hash than the run’s.`,
    'Put the file of then back to go on with the run, or launch a new one.',
  )

/** @throws StudioError bad-recipe naming the lines */
function requireDisjoint(
  training: PlacedProblem[],
  trainPath: string,
  evaluation: PlacedProblem[],
  evalPath: string,
): void {
  const trained = new Map(training.map(({ problem, place }) => [lettersOf(problem), place]))
  const both = evaluation.filter(({ problem }) => trained.has(lettersOf(problem)))
  if (both.length === 0) return
  const [{ problem, place }] = both
  const more = both.length > 1 ? `, and ${both.length - 1} more are` : ' is'
  throw new StudioError(
    'bad-recipe',
    `${capital(place)} of ${evalPath}${more} in the training set too (${trained.get(lettersOf(problem))} of ${trainPath}).`,
    'Take what is in both out of one of the files: accuracy on problems that were trained on means nothing.',
  )
}

const capital = (text: string) => text[0].toUpperCase() + text.slice(1)

/** Case and spacing do not make another problem, and neither does another answer to the same question. */
const lettersOf = ({ prompt }: Problem) => prompt.toLowerCase().replace(/\s+/g, ' ').trim()

function examplesOf(training: PlacedProblem[], path: string, count: number): Problem[] {
  if (count === 0) return []
  const solved = training.filter(({ problem }) => problem.reasoning !== undefined)
  if (solved.length < count)
    throw new StudioError(
      'bad-recipe',
      `prompt.examples asks for ${count} solved problems, but ${solved.length} lines of ${path} have a reasoning.`,
      'Add "reasoning" to as many lines, or lower prompt.examples.',
    )
  return solved.slice(0, count).map(({ problem }) => problem)
}
