/** What the reader needs: the prompt it was opened for, and all its appearances, kept up while the run goes on. */
import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { PromptAppearance } from '../../../../src-main/contract/api.ts'
import type { TokenView, TokenViews } from '../../../../src-main/contract/tokens.ts'
import { api, onHostEvent } from '../../../stores/host.ts'
import { readerStore } from '../../../stores/reader.ts'
import { type Resource, useResource } from '../../../stores/resource.ts'
import type { Opened } from '../../../stores/route.ts'
import { useConnection, useLive } from '../../../stores/use.ts'
import type { TokenColour } from '../../../text/token-colour.ts'
import { type Explanation, explain } from '../../../transport/explain.ts'
import { useGroups } from '../data.ts'

const same = (a: PromptAppearance, b: PromptAppearance) =>
  a.source === b.source && a.step === b.step && a.group === b.group

/** Where to begin: the group or evaluation that was clicked, else the newest. */
function startOf(appearances: PromptAppearance[], opened: Opened): number {
  const places =
    opened.kind === 'group'
      ? [appearances.findIndex((a) => a.source === 'train' && a.step === opened.step && a.group === opened.group)]
      : [
          appearances.findIndex((a) => a.source === 'evaluation' && a.step === opened.step),
          appearances.findIndex((a) => a.step === opened.step),
        ]
  return places.find((place) => place >= 0) ?? appearances.length - 1
}

export interface Reading {
  prompt: string | null
  kind: string | null
  error: Explanation | null
}

/** Fills the reader's store for what was opened. */
export function useReading(opened: Opened): Reading {
  const runId = useLive((s) => s.runId)
  const connected = useConnection().status === 'connected'
  const { data: groups, error: missing } = useGroups(opened.kind === 'group' ? opened.step : 0)
  const group = opened.kind === 'group' ? groups?.find((g) => g.group === opened.group) : undefined
  const prompt = opened.kind === 'prompt' ? opened.prompt : (group?.prompt ?? null)
  const [error, setError] = useState<Explanation | null>(null)
  const opening = useMemo(() => opened, [opened])

  useEffect(() => {
    if (!runId || prompt === null || !connected) return
    let wanted = true
    const fetchAll = async (first: boolean) => {
      try {
        const appearances = await api().groups.promptHistory({ runId, prompt })
        if (!wanted) return
        setError(null)
        const before = readerStore.getState()
        const shown = first ? undefined : before.appearances?.[before.at]
        const kept = shown ? appearances.findIndex((a) => same(a, shown)) : -1
        readerStore.setState({ prompt, appearances, at: kept >= 0 ? kept : startOf(appearances, opening) })
      } catch (thrown) {
        if (wanted) setError(explain(thrown))
      }
    }
    if (readerStore.getState().prompt !== prompt) readerStore.setState({ prompt, appearances: null, at: 0 })
    void fetchAll(true)
    const stop = onHostEvent((event) => {
      if (!('runId' in event) || event.runId !== runId) return
      const again =
        event.type === 'evaluation' ||
        event.type === 'rewound' ||
        (event.type === 'groups' && event.groups.some((g) => g.prompt === prompt)) ||
        (event.type === 'step' && event.step.groups.some((g) => g.prompt === prompt))
      if (again) void fetchAll(false)
    })
    return () => {
      wanted = false
      stop()
    }
  }, [runId, prompt, opening, connected])

  return { prompt, kind: group?.kind ?? null, error: error ?? missing }
}

type OneSample = PromptAppearance['samples'][number]
const isKept = (sample: OneSample): sample is OneSample & { text: string } => sample.text !== null

/** The tokens of the samples that are read; nothing where they are plain text. */
export function useTokens(
  appearance: PromptAppearance,
  samples: PromptAppearance['samples'],
  colour: TokenColour,
): Pick<Resource<TokenViews>, 'data' | 'error'> & { of(sample: OneSample): TokenView[] | undefined } {
  const runId = useLive((s) => s.runId)
  const prompt = useStore(readerStore, (s) => s.prompt)
  const { source, step, group } = appearance
  const key = `${runId} ${source} ${step} ${group} ${samples.map(({ sample }) => sample)}`
  const kept = samples.filter(isKept)
  const unread =
    colour === 'none' || runId === null || prompt === null || kept.length === 0 || samples.some((s) => s.cut)
  const found = useResource(unread ? null : key, () =>
    api().groups.tokens({
      runId: runId!,
      source,
      step,
      group,
      prompt: prompt!,
      samples: kept.map(({ sample, text, finishReason }) => ({ sample, text, ended: finishReason === 'stop' })),
    }),
  )
  const { data, error } = found.key === key && colour !== 'none' ? found : { data: null, error: null }
  return { data, error, of: (sample) => data?.samples[kept.findIndex((one) => one.sample === sample.sample)] }
}
