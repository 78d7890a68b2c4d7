/** The judge that the options name: a server's model, or one on this machine. */
import { StudioError } from '../contract/errors.ts'
import { forkEngine } from '../host/engine-process.ts'
import { engineEntry } from '../host/entries.ts'
import { JobRunner } from '../host/jobs.ts'
import { modelPath } from '../library/places.ts'
import { baseUrlOf, ChatCompletions } from '../preferences/chat-completions.ts'
import type { Judge } from '../preferences/judge.ts'
import { endpointJudge, oddsJudge, writingJudge } from '../preferences/judges.ts'
import type { Head } from '../preferences/ledger.ts'
import type { ReplyForm } from '../preferences/question.ts'
import { say } from './output.ts'

export interface JudgeNamed {
  endpoint?: string
  model?: string
  local?: string
  written?: boolean
  keyEnv: string
  atOnce: number
  maxTokens: number
  temperature?: number
  timeout: number
  retries: number
  seed: number
  backend?: string
}

export const replyForm = ({ local, written }: JudgeNamed): ReplyForm =>
  local !== undefined && !written ? 'letter' : 'verdict'

/**
 * @param system the instruction
 * @returns the judge, and what the verdicts depend on beside instruction, askings and seed
 * @throws StudioError bad-request, not-found
 */
export function judgeNamed(o: JudgeNamed, system: string): { judge: Judge; head: Head; close(): void } {
  const { endpoint, model, local, written, seed, maxTokens, temperature, backend } = o
  if (local !== undefined && endpoint === undefined && model === undefined) {
    const jobs = new JobRunner(() => forkEngine(engineEntry))
    const own = {
      model: modelPath(local),
      backend,
      run: ((name, ask, signal) => jobs.run(name, ask, { signal })) as Parameters<typeof oddsJudge>[1]['run'],
    }
    const close = () => jobs.close()
    if (!written) return { judge: oddsJudge(local, own, system), head: { judge: `odds of ${local}` }, close }
    const sampling = { maxTokens, temperature: temperature ?? 1, seed }
    return {
      judge: writingJudge(local, own, system, sampling),
      head: { judge: `verdicts of ${local}`, maxTokens, temperature: sampling.temperature },
      close,
    }
  }
  if (endpoint === undefined || model === undefined || local !== undefined)
    throw new StudioError(
      'bad-request',
      'It is not said who judges.',
      'Give --endpoint URL and --model NAME, or --local MODEL.',
    )
  const baseUrl = baseUrlOf(endpoint)
  const key = process.env[o.keyEnv] || undefined
  if (key && baseUrl.startsWith('http:') && !/^http:\/\/(127\.|localhost|\[::1\])/.test(baseUrl))
    say(`! the key in ${o.keyEnv} goes to ${baseUrl} without encryption`)
  const chat = new ChatCompletions({
    ...{ baseUrl, model, key, keyVariable: o.keyEnv, maxTokens, temperature },
    ...{ timeout: 1000 * o.timeout, retries: o.retries, backOff: 1000 },
  })
  return {
    judge: endpointJudge(model, chat, system, o.atOnce),
    head: { judge: `${model} at ${baseUrl}`, maxTokens, temperature },
    close() {},
  }
}
