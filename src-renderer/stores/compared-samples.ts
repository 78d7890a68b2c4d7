/** Answers of several runs to one prompt: which prompts they have in common, and which answers are shown. */
import { createStore } from 'zustand/vanilla'
import type { PromptAppearance } from '../../src-main/contract/api.ts'
import type { CommonPrompts } from '../../src-main/contract/common-prompts.ts'
import { go, routeStore } from './route.ts'

/** Those that are listed, in their order; empty until they are fetched. */
export const commonPromptsStore = createStore<{ prompts: CommonPrompts['prompts'] }>(() => ({ prompts: [] }))

/** The prompt that is shown: the one of the address, else the first. */
export function comparedPrompt(prompts: CommonPrompts['prompts'], asked: string): string | null {
  return asked === '' ? (prompts[0]?.prompt ?? null) : asked
}

export function comparePrompt(prompt: string): void {
  const route = routeStore.getState()
  if (route.page === 'compare') go({ ...route, samples: { step: '', ...route.samples, prompt } }, true)
}

/** @param step null: the newest of each */
export function compareAt(step: number | null): void {
  const route = routeStore.getState()
  if (route.page === 'compare' && route.samples)
    go({ ...route, samples: { ...route.samples, step: step === null ? '' : String(step) } }, true)
}

/** Every step at which one of the runs answered, in order. */
export const stepsOf = (histories: readonly (readonly PromptAppearance[])[]): number[] =>
  [...new Set(histories.flatMap((all) => all.map(({ step }) => step)))].sort((a, b) => a - b)

/** The one nearest to a step, the later of two as near; the newest where no step is named. */
export function nearestTo(all: readonly PromptAppearance[], step: number | null): PromptAppearance | null {
  if (step === null) return all.at(-1) ?? null
  const away = (one: PromptAppearance) => Math.abs(one.step - step)
  return all.reduce<PromptAppearance | null>((best, one) => (best && away(best) < away(one) ? best : one), null)
}
