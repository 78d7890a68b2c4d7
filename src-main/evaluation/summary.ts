/** The numbers of an evaluation, out of its samples. */
import type { EvaluationMeasures, EvaluationPart, EvaluationSample, EvaluationSummary } from '../contract/evaluation.ts'
import { reflectionWords } from '../contract/metrics.ts'
import { wilson } from '../contract/wilson.ts'
import { consensus, kValues, mean, passAtK } from './estimators.ts'
import { bootstrap } from './intervals.ts'

type Numbers = Omit<EvaluationSummary, 'step' | 'at' | 'seconds' | 'formatRate' | 'temperature' | 'topP'>

/** @param samples as many of each prompt, a prompt's own together */
export function summarise(samples: EvaluationSample[], perPrompt: number): Numbers {
  const groups = grouped(samples, perPrompt)
  const accuracies = groups.map(accuracyOf)
  const [accuracyLow, accuracyHigh] = intervalOf(accuracies, perPrompt)
  const spoken = samples.flatMap((s) => s.language ?? [])
  return {
    prompts: groups.length,
    samplesPerPrompt: perPrompt,
    accuracy: mean(accuracies),
    accuracyLow,
    accuracyHigh,
    ...severalOf(groups, perPrompt),
    meanLength: mean(samples.map((s) => s.tokens)),
    reflections: mean(samples.map((s) => reflectionsIn(s.text))),
    clippedRatio: mean(samples.map((s) => Number(s.finishReason === 'length'))),
    languageMixing: spoken.length > 0 ? 1 - mean(spoken) : null,
    byKind: parts(groups, perPrompt, (s) => s.kind),
    byLevel: parts(groups, perPrompt, (s) => s.level),
  }
}

/** The samples of each prompt. */
export function grouped(samples: readonly EvaluationSample[], perPrompt: number): EvaluationSample[][] {
  return Array.from({ length: Math.ceil(samples.length / perPrompt) }, (_, i) =>
    samples.slice(i * perPrompt, (i + 1) * perPrompt),
  )
}

/** Share of a prompt's samples that are right. */
export const accuracyOf = (group: readonly EvaluationSample[]): number => mean(group.map((s) => Number(s.correct)))

export const consensusOf = (group: readonly EvaluationSample[]): number =>
  consensus(
    group.map((s) => s.vote),
    group.map((s) => s.correct),
  )

function severalOf(groups: EvaluationSample[][], n: number): Pick<EvaluationMeasures, 'passAt' | 'consensus'> {
  if (n === 1) return { passAt: [], consensus: null }
  const ks = kValues(n).slice(1)
  const right = groups.map((group) => group.filter((s) => s.correct).length)
  const estimates = bootstrap([...ks.map((k) => right.map((c) => passAtK(n, c, k))), groups.map(consensusOf)])
  return { passAt: ks.map((k, i) => ({ k, ...estimates[i] })), consensus: estimates[ks.length] }
}

function parts(
  groups: EvaluationSample[][],
  perPrompt: number,
  nameOf: (sample: EvaluationSample) => string | number | null,
): Record<string, EvaluationPart> {
  const names = [...new Set(groups.flatMap(([first]) => nameOf(first) ?? []))]
  names.sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : a < b ? -1 : 1))
  return Object.fromEntries(
    names.map((name) => {
      const accuracies = groups.filter(([first]) => nameOf(first) === name).map(accuracyOf)
      const [low, high] = intervalOf(accuracies, perPrompt)
      return [name, { prompts: accuracies.length, accuracy: mean(accuracies), low, high }]
    }),
  )
}

function intervalOf(accuracies: number[], perPrompt: number): [number, number] {
  if (perPrompt === 1) return wilson(accuracies.filter((a) => a === 1).length, accuracies.length)
  const [{ low, high }] = bootstrap([accuracies])
  return [low, high]
}

const reflection = new RegExp(reflectionWords.join('|'), 'gi')

/** How often a text reconsiders: occurrences of the reflection words. */
export function reflectionsIn(text: string): number {
  return text.match(reflection)?.length ?? 0
}
