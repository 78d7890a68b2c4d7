/** A knob as a person sees it: what is typed, what is in force, and how far a change has come. */
import type { KeyboardEvent } from 'react'
import { useStore } from 'zustand'
import { type Knob, outOfRange } from '../../../../src-main/contract/knobs.ts'
import { plain, typed } from '../../../format/number.ts'
import { applyDrafts } from '../../../stores/drafts.ts'
import { setDraft, steerStore } from '../../../stores/steer.ts'
import { t } from '../../../text/t.ts'

export interface KnobProps {
  knob: Knob
  inForce: number
  /** Asked of the engine, not yet in force. */
  pending: number | undefined
}

export interface KnobView extends KnobProps {
  state: 'wrong' | 'draft' | 'pending' | 'fresh' | 'calm'
  /** Something is typed or chosen, be it what is settled already. */
  drafted: boolean
  text: string
  /** Of the text; no number where it is none. */
  value: number
  /** What it is, or will be once what was asked is in force; NaN where its trainer did not deliver it. */
  settled: number
  /** From which step it holds, where that was heard just now. */
  fresh: number | undefined
  problem: string | undefined
}

export function useKnob({ knob, inForce, pending }: KnobProps): KnobView {
  const draft = useStore(steerStore, (s) => s.drafts[knob.name])
  const fresh = useStore(steerStore, (s) => s.fresh[knob.name])
  const settled = pending ?? inForce
  const text = draft ?? (Number.isNaN(settled) ? '' : plain(settled))
  const value = typed(text)
  const problem =
    draft === undefined
      ? undefined
      : Number.isNaN(value)
        ? t('“{{draft}}” is not a number.', { draft })
        : outOfRange(knob, value)
  const changed = draft !== undefined && value !== settled
  const state = problem ? 'wrong' : changed ? 'draft' : pending !== undefined ? 'pending' : fresh ? 'fresh' : 'calm'
  return { knob, inForce, pending, state, drafted: draft !== undefined, text, value, settled, fresh, problem }
}

/** Enter applies this knob, Escape takes back what was typed. */
export function knobKeys({ knob, drafted }: KnobView): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      void applyDrafts(knob.name)
    } else if (event.key === 'Escape' && drafted) {
      event.preventDefault()
      setDraft(knob.name, null)
    }
  }
}
