/** What is asked in the playground and what was answered; it stays while the window is open, and enters no run. */
import { createStore } from 'zustand/vanilla'
import type { PlaygroundNews } from '../../src-main/contract/api.ts'
import type { Resampled, ResampleNews } from '../../src-main/contract/resampling.ts'
import { t } from '../text/t.ts'
import { type Explanation, explain } from '../transport/explain.ts'
import { api } from './host.ts'

/** A model by its name, or a checkpoint of a run by its folder. */
export interface Speaker {
  /** What the host is asked for. */
  model: string
  label: string
  /** Of a checkpoint: where it is from. */
  of?: { run: string; step: number }
}

/** A prompt that a run has met: it is written as the run writes it, and its answers are judged as the run judges. */
export interface StoredPrompt {
  runId: string
  prompt: string
  /** The right one; empty where there is none. */
  answer: string
}

export interface Answer {
  speaker: Speaker
  text: string
  tokens: number
  /** To a stored prompt: several, each with its rewards, once all are there; until then the share of the work that is done. */
  samples: Resampled[] | null
  fraction: number | null
  /** Set once it is whole. */
  end: { seconds: number; cut: boolean } | null
  stopped: boolean
  error: Explanation | null
}

export interface Turn {
  id: number
  prompt: string
  stored: StoredPrompt | null
  answers: Answer[]
}

export interface Sampling {
  temperature: number
  topP: number
  topK: number
  minP: number
  repetitionPenalty: number
  maxTokens: number
  seed: number
}

export interface PlaygroundState {
  first: Speaker
  /** Answers beside the first. */
  second: Speaker | null
  system: string
  /** The model's chat template is used where it has one. */
  template: boolean
  sampling: Sampling
  prompt: string
  /** In place of the prompt. */
  stored: StoredPrompt | null
  /** Answers of each speaker to a stored prompt. */
  count: number
  /** Newest first. */
  turns: Turn[]
  busy: boolean
}

export const playgroundStore = createStore<PlaygroundState>(() => ({
  first: { model: 'embedded', label: t('embedded') },
  second: null,
  system: '',
  template: true,
  sampling: { temperature: 0.7, topP: 1, topK: 0, minP: 0, repetitionPenalty: 1, maxTokens: 112, seed: 0 },
  prompt: '',
  stored: null,
  count: 4,
  turns: [],
  busy: false,
}))

let stop: AbortController | null = null

export const canAsk = ({ prompt, stored, busy }: PlaygroundState) => !busy && (stored !== null || prompt.trim() !== '')

/** Both speakers answer, one after the other, each with all cores. */
export async function ask(): Promise<void> {
  const state = playgroundStore.getState()
  if (!canAsk(state)) return
  const { first, second, stored } = state
  const prompt = stored?.prompt ?? state.prompt
  const fresh = (speaker: Speaker): Answer => ({
    speaker,
    text: '',
    tokens: 0,
    samples: null,
    fraction: null,
    end: null,
    stopped: false,
    error: null,
  })
  const turn: Turn = {
    id: (state.turns[0]?.id ?? 0) + 1,
    prompt,
    stored,
    answers: [first, ...(second ? [second] : [])].map(fresh),
  }
  playgroundStore.setState({ turns: [turn, ...state.turns], busy: true })
  stop = new AbortController()
  const { signal } = stop
  for (const at of turn.answers.keys()) {
    const change = (part: Partial<Answer>) => changeAnswer(turn.id, at, part)
    if (signal.aborted) change({ stopped: true })
    else await hear(turn.answers[at].speaker, turn, signal, change)
  }
  stop = null
  playgroundStore.setState({ busy: false })
}

export function stopAnswer(): void {
  stop?.abort()
}

async function hear(
  { model }: Speaker,
  { prompt, stored }: Turn,
  signal: AbortSignal,
  change: (part: Partial<Answer>) => void,
): Promise<void> {
  const { system, template, sampling, count } = playgroundStore.getState()
  try {
    if (stored) {
      const news = await api().playground.resample({ model, ...stored, ...sampling, samples: count }, { signal })
      for await (const part of news) change(judgedBy(part))
      return
    }
    const news = await api().playground.answer({ model, prompt, system, chat: template, ...sampling }, { signal })
    for await (const part of news) change(changeOf(part))
  } catch (error) {
    if (signal.aborted) change({ stopped: true })
    else change({ error: explain(error) })
  }
}

const judgedBy = (news: ResampleNews): Partial<Answer> =>
  news.done
    ? {
        samples: news.samples,
        tokens: news.samples.reduce((sum, { tokens }) => sum + tokens, 0),
        end: { seconds: news.seconds, cut: false },
      }
    : { fraction: news.fraction }

function changeOf(news: PlaygroundNews): Partial<Answer> {
  const { text, tokens } = news
  return news.done
    ? { text, tokens, end: { seconds: news.seconds, cut: news.finishReason === 'length' } }
    : { text, tokens }
}

function changeAnswer(id: number, at: number, part: Partial<Answer>): void {
  playgroundStore.setState(({ turns }) => ({
    turns: turns.map((turn) =>
      turn.id === id ? { ...turn, answers: turn.answers.map((a, i) => (i === at ? { ...a, ...part } : a)) } : turn,
    ),
  }))
}
