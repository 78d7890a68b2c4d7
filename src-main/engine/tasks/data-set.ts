/** Problems from JSON lines: read, checked line by line, and kept apart. */
import { type DataSet, dataLineSchema } from '../../contract/data-set.ts'
import type { Domain } from '../../contract/domains.ts'
import { StudioError } from '../../contract/errors.ts'
import { readDataFile } from '../../library/data-files.ts'
import { randomAt } from '../random.ts'
import type { Problem } from './problem.ts'
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
export function dataSet(data: DataSet, { trainPrompts, evalPrompts, examples, seed }: Wanted): ProblemSets {
  const training = readProblems(data.train, data.domain, data.sha256?.train)
  const evaluation = readProblems(data.eval, data.domain, data.sha256?.eval)
  requireDisjoint(training, data.train, evaluation, data.eval)
  const drawn = randomAt(seed, 'training-set').shuffle([...training])
  const heldOut = randomAt(0, 'evaluation-set').shuffle([...evaluation])
  return {
    training: drawn.slice(0, trainPrompts).map(({ problem }) => problem),
    heldOut: heldOut.slice(0, evalPrompts).map(({ problem }) => problem),
    examples: examplesOf(training, data.train, examples),
  }
}

interface Read {
  problem: Problem
  /** Of the file, from 1. */
  line: number
}

/** @throws StudioError bad-recipe naming the file and every line that is wrong (the first ten of them) */
export function readProblems(path: string, domain: Domain, sha256?: string): Read[] {
  const text = readData(path, sha256)
  const wrong: string[] = []
  const problems: Read[] = []
  text.split('\n').forEach((content, i) => {
    if (content.trim() === '') return
    const read = problemOf(content, domain)
    if (typeof read === 'string') wrong.push(`line ${i + 1} ${read}`)
    else problems.push({ problem: read, line: i + 1 })
  })
  if (wrong.length > 0)
    throw new StudioError(
      'bad-recipe',
      `${path} is no data set: ${wrong.slice(0, 10).join('; ')}${wrong.length > 10 ? `, and ${wrong.length - 10} more` : ''}.`,
      'Give one object a line, like {"prompt":"What is 2 + 2?","answer":"4"}; docs/recipes.md lists the fields.',
    )
  if (problems.length === 0)
    throw new StudioError(
      'bad-recipe',
      `${path} has no problem in it.`,
      'Give one object a line, like {"prompt":"What is 2 + 2?","answer":"4"}.',
    )
  return problems
}

function problemOf(line: string, domain: Domain): Problem | string {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return 'is not JSON'
  }
  const read = dataLineSchema.safeParse(json)
  if (read.success) return { ...read.data, domain: read.data.domain ?? domain }
  const [{ path, message }] = read.error.issues
  return path.length === 0 ? 'is no object' : `has a bad ${path.join('.')}: ${message}`
}

/** @throws StudioError bad-recipe if the file cannot be read, or is not the one that the run was launched with */
function readData(path: string, launchedWith?: string): string {
  const { text, sha256 } = readDataFile(path)
  if (launchedWith === undefined || sha256 === launchedWith) return text
  throw new StudioError(
    'bad-recipe',
    `${path} is not what it was when this run was launched: its content has another hash than the run’s.`,
    'Put the file of then back to go on with the run, or launch a new one.',
  )
}

/** @throws StudioError bad-recipe naming the lines */
function requireDisjoint(training: Read[], trainPath: string, evaluation: Read[], evalPath: string): void {
  const trained = new Map(training.map(({ problem, line }) => [lettersOf(problem), line]))
  const both = evaluation.filter(({ problem }) => trained.has(lettersOf(problem)))
  if (both.length === 0) return
  const [{ problem, line }] = both
  const more = both.length > 1 ? `, and ${both.length - 1} more are` : ' is'
  throw new StudioError(
    'bad-recipe',
    `Line ${line} of ${evalPath}${more} in the training set too (line ${trained.get(lettersOf(problem))} of ${trainPath}).`,
    'Take what is in both out of one of the files: accuracy on problems that were trained on means nothing.',
  )
}

/** Case and spacing do not make another problem, and neither does another answer to the same question. */
const lettersOf = ({ prompt }: Problem) => prompt.toLowerCase().replace(/\s+/g, ' ').trim()

function examplesOf(training: Read[], path: string, count: number): Problem[] {
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
