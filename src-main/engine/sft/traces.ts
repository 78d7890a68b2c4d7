/** Generated problems, worked out at length and right, in the embedded model's own form: a cold start. No evaluation holds them. */
import { StudioError } from '../../contract/errors.ts'
import {
  type ArithmeticKind,
  arithmeticKinds,
  type LevelledKind,
  levelledKinds,
  type Recipe,
} from '../../contract/recipe.ts'
import { type Random, randomAt } from '../random.ts'
import { accuracy } from '../rewards/accuracy.ts'
import { corpusExample } from '../tasks/corpus.ts'
import { familyOf, isLevelled } from '../tasks/families.ts'
import type { TaskLevels } from '../tasks/problem.ts'
import { mixedTongues } from '../tasks/second-tongue.ts'
import { drawTraining } from '../tasks/sets.ts'
import type { Example } from './examples.ts'

const workedOut = [...arithmeticKinds, ...levelledKinds] as const

/** Draws without a trace after which there is none. */
const patience = 200

/**
 * So many of the recipe's kinds, in proportion to their weights.
 * @param mixed share of the arithmetic ones that changes into another language on the way
 * @throws StudioError bad-recipe if no kind of the task can be told in the embedded model's signs
 */
export function traces({ task = {}, levels = {}, seed }: Recipe, count: number, mixed = 0): Example[] {
  const weights = workedOut.map((kind) => task[kind] ?? 0)
  if (weights.every((weight) => weight === 0)) throw none(Object.keys(task).join(', '))
  const random = randomAt(seed, 'traces')
  // draws of its own: the traces are the same however many of them are mixed
  const tongue = randomAt(seed, 'second tongue')
  const found: Example[] = []
  let misses = 0
  while (found.length < count) {
    const kind = workedOut[random.weighted(weights)]
    const example = isLevelled(kind) ? traced(random, kind, levels) : mixedIn(careful(random, kind))
    if (example) found.push(example)
    misses = example ? 0 : misses + 1
    if (misses === patience) throw none(kind)
  }
  return found

  function mixedIn(example: Example | undefined): Example | undefined {
    if (!example || tongue.next() >= mixed) return example
    return { ...example, completion: mixedTongues(tongue, example.completion) }
  }
}

const none = (kinds: string) =>
  new StudioError(
    'bad-recipe',
    `There are no "traces" of ${kinds} at these levels.`,
    'Give the task arithmetic, countdown or sat at the levels 1 and 2, or function; or choose other data.',
  )

/** Arithmetic with a step that was rechecked. */
function careful(random: Random, kind: ArithmeticKind): Example | undefined {
  const { completion, behaviour, ...problem } = corpusExample(random, kind, 'skills')
  const right = behaviour === 'careful' && accuracy({ text: completion, finished: true }, problem).value === 1
  return right ? { problem, completion } : undefined
}

function traced(random: Random, kind: LevelledKind, levels: TaskLevels): Example | undefined {
  const problem = drawTraining(random, kind, levels)
  const known = familyOf(problem)
  const trace = known?.family.trace?.(random, known.data)
  if (!trace) return undefined
  return { problem, completion: `<think>${trace.thinking}</think><answer>${trace.answer}</answer>` }
}
