/** Two evaluations side by side, on the prompts that both have. */
import { StudioError } from '../contract/errors.ts'
import {
  type Comparison,
  type EvaluationEntry,
  type EvaluationSample,
  type Flip,
  spokesman,
} from '../contract/evaluation.ts'
import { passAtK } from './estimators.ts'
import { bootstrap, mcNemar, pairedDifference, signFlip } from './intervals.ts'
import { accuracyOf, consensusOf, grouped, reflectionsIn } from './summary.ts'

export interface Side {
  entry: EvaluationEntry
  samples: EvaluationSample[]
}

type Group = EvaluationSample[]
type Measure = (group: Group) => number

/** @throws StudioError bad-request if no prompt is in both */
export function compare(a: Side, b: Side): Comparison {
  const pairs = pairsOf(groupsOf(a), groupsOf(b))
  if (pairs.length === 0)
    throw new StudioError(
      'bad-request',
      `${a.entry.name} (${a.entry.subject}) and ${b.entry.name} (${b.entry.subject}) have no prompt in common.`,
      'Evaluate both on the same problems: grpo-studio evaluate, with the same --task, --problems and --prompts.',
    )
  const rows = measuresOf(a, b).map(([measure, of]) => {
    const [before, after] = [pairs.map(([one]) => of(one)), pairs.map(([, other]) => of(other))]
    const [ofA, ofB] = bootstrap([before, after])
    return { measure, a: ofA, b: ofB, difference: pairedDifference(before, after) }
  })
  const single = a.entry.summary.samplesPerPrompt === 1 && b.entry.summary.samplesPerPrompt === 1
  const differences = pairs.map(([one, other]) => accuracyOf(other) - accuracyOf(one))
  const up = differences.filter((d) => d > 0).length
  const down = differences.filter((d) => d < 0).length
  return {
    a: a.entry,
    b: b.entry,
    prompts: pairs.length,
    rows,
    p: single ? mcNemar(up, down) : signFlip(differences),
    test: single ? 'McNemar' : 'sign flips',
    gained: flips(pairs, (one, other) => !isRight(one) && isRight(other)),
    lost: flips(pairs, (one, other) => isRight(one) && !isRight(other)),
  }
}

function groupsOf({ entry, samples }: Side): Map<string, Group> {
  return new Map(grouped(samples, entry.summary.samplesPerPrompt).map((group) => [group[0].prompt, group]))
}

function pairsOf(a: Map<string, Group>, b: Map<string, Group>): [Group, Group][] {
  return [...a].flatMap(([prompt, group]) => {
    const other = b.get(prompt)
    return other && other[0].answer === group[0].answer ? [[group, other] as [Group, Group]] : []
  })
}

/** pass@k and cons@k for the k that both sides have. */
function measuresOf(a: Side, b: Side): [string, Measure][] {
  const [n, m] = [a.entry.summary.samplesPerPrompt, b.entry.summary.samplesPerPrompt]
  const k = Math.min(n, m)
  const right = (group: Group) => group.filter((s) => s.correct).length
  const several: [string, Measure][] =
    k > 1
      ? [
          [`pass@${k}`, (group) => passAtK(group.length, right(group), k)],
          ...(n === m ? [[`cons@${k}`, consensusOf] as [string, Measure]] : []),
        ]
      : []
  const meanOf = (value: (s: EvaluationSample) => number): Measure => {
    return (group) => group.reduce((sum, s) => sum + value(s), 0) / group.length
  }
  return [
    ['pass@1', accuracyOf],
    ...several,
    ['tokens', meanOf((s) => s.tokens)],
    ['reflection words', meanOf((s) => reflectionsIn(s.text))],
  ]
}

/** By majority; evaluations of earlier versions have one sample and no votes. */
const isRight = (group: Group) => (group.length === 1 ? accuracyOf(group) : consensusOf(group)) >= 0.5

function flips(pairs: [Group, Group][], flipped: (a: Group, b: Group) => boolean): Flip[] {
  return pairs
    .filter(([a, b]) => flipped(a, b))
    .map(([a, b]) => {
      const { prompt, answer, kind } = a[0]
      return { prompt, answer, kind, a: spokesman(a).text, b: spokesman(b).text }
    })
}
