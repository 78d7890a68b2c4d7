/** Long texts of answers that are read: a prompt's history has only their beginnings. */
import type { PromptAppearance } from '../../src-main/contract/api.ts'
import { api } from '../stores/host.ts'
import { useResource } from '../stores/resource.ts'

export interface Read {
  runId: string | null
  appearance: PromptAppearance | null
}

const isCut = ({ appearance }: Read) => appearance?.samples.some((s) => s.cut) ?? false
const keyOf = ({ runId, appearance: a }: Read) => `${runId} ${a?.source} ${a?.step} ${a?.group}`

/** The same appearances, with their whole texts as soon as those are there; the same objects where nothing is cut. */
export function useWholeTexts(prompt: string | null, read: readonly Read[]): (PromptAppearance | null)[] {
  const cut = read.filter(isCut)
  const { data } = useResource(prompt === null || cut.length === 0 ? null : `${prompt} ${cut.map(keyOf).join()}`, () =>
    Promise.all(cut.map(async (one) => [keyOf(one), await wholeOf(prompt as string, one)] as const)),
  )
  return read.map((one) => {
    const whole = data?.find(([of]) => of === keyOf(one))?.[1]
    return one.appearance && whole && isCut(one) ? withTexts(one.appearance, whole) : one.appearance
  })
}

/** Those that were read last: opened again they are there at once. */
const last = new Map<string, PromptAppearance>()
const mostKept = 6

async function wholeOf(prompt: string, one: Read): Promise<PromptAppearance | null> {
  const appearance = one.appearance as PromptAppearance
  const key = `${prompt} ${keyOf(one)}`
  const kept = last.get(key)
  // a run that was rolled back has other texts at the same place
  if (kept && begins(kept, appearance)) return kept
  const { source, step, group } = appearance
  const whole = await api().groups.moment({ runId: one.runId as string, prompt, source, step, group })
  last.delete(key)
  if (whole) last.set(key, whole)
  for (const old of last.keys()) if (last.size > mostKept) last.delete(old)
  return whole
}

const begins = (whole: PromptAppearance, { samples }: PromptAppearance): boolean =>
  samples.every(({ sample, text }) => {
    const there = whole.samples.find((s) => s.sample === sample)?.text
    return text === null ? there === null : there?.startsWith(text)
  })

const made = new WeakMap<PromptAppearance, { whole: PromptAppearance; made: PromptAppearance }>()

/** Labels may have changed since the texts were fetched. The same object for the same two, so that nothing is drawn anew. */
function withTexts(appearance: PromptAppearance, whole: PromptAppearance): PromptAppearance {
  const before = made.get(appearance)
  if (before?.whole === whole) return before.made
  const texts = new Map(whole.samples.map(({ sample, text }) => [sample, text]))
  const samples = appearance.samples.map(({ cut, ...s }) => {
    const text = texts.get(s.sample)
    return text === undefined ? { ...s, ...(cut && { cut }) } : { ...s, text }
  })
  const both = { ...appearance, samples }
  made.set(appearance, { whole, made: both })
  return both
}
