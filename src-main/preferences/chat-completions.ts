/**
 * An OpenAI-compatible endpoint: one reply to one message. Busy servers are waited for; what no waiting mends is an error that says what to do.
 * The key goes into the request's header and nowhere else.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { StudioError } from '../contract/errors.ts'

export interface Endpoint {
  /** Such as https://api.openai.com/v1 */
  baseUrl: string
  model: string
  key?: string
  /** Where the key comes from, for messages. */
  keyVariable: string
  maxTokens: number
  /** Absent: the server's own. */
  temperature?: number
  /** Of one try, milliseconds. */
  timeout: number
  /** Tries after the first, where waiting may help. */
  retries: number
  /** Before the first of them, milliseconds; it doubles. A server that says how long is heeded. */
  backOff: number
}

/** What came of a question: a reply, or why this question has none (another one may). */
export type Reply = { text: string; refused?: undefined } | { text?: undefined; refused: string }

/** No reply of a judge is longer. */
const maxBytes = 4 * 2 ** 20
const longestWait = 60_000

/** @throws StudioError bad-request for what is no address */
export function baseUrlOf(text: string): string {
  const wrong = (what: string) =>
    new StudioError(
      'bad-request',
      `${text.replace(/\/\/[^/@]*@/, '//…@')} ${what}.`,
      'Give the base address of an OpenAI-compatible server, such as http://127.0.0.1:8000/v1.',
    )
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) throw wrong('is no address of a server')
  if (url.username || url.password) throw wrong('holds a password, which would be stored with the verdicts')
  return url.href.replace(/\/+(chat\/completions\/?)?$/, '')
}

/** Sends questions one after another or beside one another; knows whether the server ever answered. */
export class ChatCompletions {
  readonly #endpoint: Endpoint
  readonly #url: string
  #answered = false
  /** Newer models of OpenAI know the limit by another name only. */
  #limitName = 'max_tokens'

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint
    this.#url = `${endpoint.baseUrl}/chat/completions`
  }

  /** @throws StudioError network, bad-request (a key that is refused, a server of another kind), not-found (no such model), cancelled */
  async ask(system: string, user: string, signal?: AbortSignal): Promise<Reply> {
    const { retries, backOff } = this.#endpoint
    for (let tries = 0; ; tries++) {
      const outcome = await this.#try(system, user, signal)
      if (!('again' in outcome)) return outcome
      if (tries >= retries || (outcome.silent && !this.#answered)) throw this.#outOfReach(outcome.again, tries + 1)
      const wait = outcome.wait ?? backOff * 2 ** tries * (1 + Math.random() / 4)
      await sleep(Math.min(longestWait, wait), undefined, { signal }).catch(() => {})
      requireGoing(signal)
    }
  }

  async #try(system: string, user: string, signal?: AbortSignal): Promise<Reply | Again> {
    const { key, model, maxTokens, temperature, timeout } = this.#endpoint
    const limit = AbortSignal.timeout(timeout)
    let status: number
    let headers: Headers
    let body: string
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
        body: JSON.stringify({
          model,
          messages: [
            { role: 'system', content: system },
            { role: 'user', content: user },
          ],
          [this.#limitName]: maxTokens,
          temperature,
        }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      })
      ;({ status, headers } = response)
      body = await bounded(response)
    } catch (error) {
      requireGoing(signal)
      if (error instanceof StudioError) throw error
      return { again: reasonOf(error, timeout), silent: true }
    }
    if (status === 408 || status === 429 || status >= 500) {
      this.#answered = true
      return { again: `it answers ${status}${this.#told(body)}`, silent: false, wait: waitOf(headers) }
    }
    if (status >= 300) return this.#refusal(status, headers, body)
    this.#answered = true
    return this.#reply(body)
  }

  #reply(body: string): Reply {
    const choice = choiceOf(body)
    if (choice === undefined)
      throw new StudioError(
        'bad-request',
        `${this.#url} does not answer as an OpenAI-compatible server: ${this.#shown(body) || 'its answer is empty'}`,
        'Check the base address: it usually ends in /v1.',
      )
    const { text, cut, refusal } = choice
    if (text !== null && text.trim() !== '') return { text }
    if (refusal) return { refused: `the model refused: ${this.#shown(refusal)}` }
    return { refused: cut ? 'the reply was cut before it said anything: allow more tokens' : 'the reply was empty' }
  }

  #refusal(status: number, headers: Headers, body: string): Reply | Again {
    const { baseUrl, model, keyVariable, key } = this.#endpoint
    const told = this.#told(body)
    if (status < 400)
      throw new StudioError(
        'bad-request',
        `${this.#url} sends elsewhere (${status} to ${headers.get('location') ?? 'nowhere'}).`,
        'Give that server’s own address: a key is not sent on.',
      )
    if (status === 401 || status === 403)
      throw new StudioError(
        'bad-request',
        `${baseUrl} refuses ${key ? 'the key' : 'to answer without a key'} (${status}${told}).`,
        key
          ? `The key is the value of ${keyVariable}: check it, or name another variable with --key-env.`
          : `Set ${keyVariable} to your key, or name the variable that has it with --key-env.`,
      )
    if (this.#limitName === 'max_tokens' && told.includes('max_completion_tokens')) {
      this.#limitName = 'max_completion_tokens'
      return { again: 'it wants the limit by another name', silent: false, wait: 0 }
    }
    if (status === 404 || (/model/i.test(told) && /not (exist|found)|unknown|invalid model/i.test(told)))
      throw new StudioError(
        'not-found',
        `${baseUrl} has no model ${model} (${status}${told}).`,
        `Check --model, and that the base address is right (it usually ends in /v1): ${baseUrl}/models lists its models.`,
      )
    // of this question alone, perhaps: too long, or against the server's rules
    return { refused: `the server refused the question (${status}${told})` }
  }

  /** What a server says of an error, short, after a colon. */
  #told(body: string): string {
    let message: unknown
    try {
      const { error, message: own } = JSON.parse(body) as { error?: { message?: unknown } | string; message?: unknown }
      message = (typeof error === 'object' ? error?.message : error) ?? own
    } catch {
      message = body
    }
    const shown = typeof message === 'string' ? this.#shown(message) : ''
    return shown && `: ${shown}`
  }

  /** A server's own words on one line; some repeat the key that they refuse. */
  #shown(text: string): string {
    const { key } = this.#endpoint
    return (key ? text.replaceAll(key, '…') : text).replace(/\s+/g, ' ').trim().slice(0, 200)
  }

  #outOfReach(why: string, tries: number): StudioError {
    return new StudioError(
      'network',
      `${this.#endpoint.baseUrl} gave no answer${tries > 1 ? ` in ${tries} tries` : ''}: ${why}.`,
      'Check the address and that the server runs. The same command goes on with what is missing; --at-once asks less at a time.',
    )
  }
}

interface Again {
  again: string
  /** No server answered. */
  silent: boolean
  /** Milliseconds that the server asks for. */
  wait?: number
}

function requireGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new StudioError('cancelled', 'The judging was stopped.', 'The same command goes on with what is missing.')
}

/** What is behind fetch's "fetch failed". */
function reasonOf(error: unknown, timeout: number): string {
  const { name, message, cause } = error as Error & { cause?: { code?: unknown; message?: string } }
  if (name === 'TimeoutError') return `nothing came within ${timeout / 1000} s`
  return typeof cause?.code === 'string' ? cause.code : (cause?.message || message).replace(/\.$/, '')
}

/** Seconds, or a date. */
function waitOf(headers: Headers): number | undefined {
  const text = headers.get('retry-after')
  if (!text) return undefined
  const wait = Number.isFinite(Number(text)) ? 1000 * Number(text) : Date.parse(text) - Date.now()
  return wait >= 0 ? wait : undefined
}

async function bounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > maxBytes)
      throw new StudioError(
        'bad-request',
        `${response.url} answers with more than ${maxBytes / 2 ** 20} MB.`,
        'Check the base address: this is no reply of a model.',
      )
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function choiceOf(body: string): { text: string | null; cut: boolean; refusal: string } | undefined {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return undefined
  }
  const [choice] = listOf(fieldOf(json, 'choices'))
  const message = fieldOf(choice, 'message')
  if (typeof message !== 'object' || message === null) return undefined
  const content = fieldOf(message, 'content')
  const refusal = fieldOf(message, 'refusal')
  const parts = listOf(content).map((part) => fieldOf(part, 'text'))
  return {
    text: typeof content === 'string' ? content : parts.filter((part) => typeof part === 'string').join('') || null,
    cut: fieldOf(choice, 'finish_reason') === 'length',
    refusal: typeof refusal === 'string' ? refusal : '',
  }
}

const fieldOf = (value: unknown, name: string): unknown => (value as Record<string, unknown> | null | undefined)?.[name]
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
