/**
 * A model's own way to write a conversation: the Jinja template that comes with it. It is a program by whoever made the model, so it runs
 * in an interpreter that reaches nothing (`@huggingface/jinja`), in a thread that is ended when it takes too long or too much memory.
 */
import { Worker } from 'node:worker_threads'
import { StudioError } from '../../contract/errors.ts'
import { type Companions, jsonOf } from './companions.ts'
import type { JsonObject } from './json-file.ts'
import { tokenText } from './tokenizer.ts'

export interface Message {
  role: 'system' | 'user' | 'assistant'
  content: string
}

export interface ChatTemplate {
  source: string
  /** Texts of special tokens that a template may use: `bos_token` and its like. */
  tokens: Record<string, string>
}

/** What the thread is given. */
export interface RenderRequest extends ChatTemplate {
  conversations: Message[][]
  maxCharacters: number
}

/** What it answers. */
export type RenderAnswer = { texts: string[] } | { failed: string }

export interface RenderBounds {
  milliseconds: number
  /** Of one conversation. */
  maxCharacters: number
}

const usualBounds: RenderBounds = { milliseconds: 20_000, maxCharacters: 1_000_000 }
const maxMegabytes = 256

const worker = new URL(
  import.meta.url.endsWith('.js') ? './chat-template-worker.js' : './chat-template-worker.ts',
  import.meta.url,
)

/** @returns null for a model without one, as base models are @throws StudioError bad-model for one that is no text */
export function chatTemplateOf(companions: Companions): ChatTemplate | null {
  const config = jsonOf(companions, 'tokenizer_config.json') ?? {}
  const own = companions.get('chat_template.jinja')
  const source = own
    ? Buffer.from(own).toString('utf8')
    : templateText(jsonOf(companions, 'chat_template.json')?.chat_template ?? config.chat_template)
  return source === null ? null : { source, tokens: specialTokens(config) }
}

/** One template, or several with names, of which "default" is meant. */
function templateText(value: unknown): string | null {
  if (value === undefined || value === null) return null
  const named = Array.isArray(value)
    ? (value.find((entry) => (entry as JsonObject | null)?.name === 'default') as JsonObject | undefined)?.template
    : value
  if (typeof named === 'string') return named
  throw new StudioError(
    'bad-model',
    'The model’s chat_template is neither a text nor a list with a template named "default".',
    'Take tokenizer_config.json from the model’s own folder.',
  )
}

function specialTokens(config: JsonObject): Record<string, string> {
  const tokens: Record<string, string> = {}
  for (const name of ['bos_token', 'eos_token', 'pad_token', 'unk_token']) {
    const text = tokenText(config[name])
    if (text !== undefined) tokens[name] = text
  }
  return tokens
}

/**
 * Conversations as text, up to where the assistant is to speak.
 * @throws StudioError bad-model for a template that fails, takes too long, or writes too much
 */
export async function renderChats(
  template: ChatTemplate,
  conversations: Message[][],
  { milliseconds, maxCharacters }: RenderBounds = usualBounds,
): Promise<string[]> {
  const request: RenderRequest = { ...template, conversations, maxCharacters }
  const thread = new Worker(worker, {
    workerData: request,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: maxMegabytes },
  })
  const { promise, resolve } = Promise.withResolvers<RenderAnswer>()
  const patience = setTimeout(() => resolve({ failed: `took longer than ${milliseconds / 1000} s` }), milliseconds)
  thread.once('message', resolve)
  thread.once('error', (error: NodeJS.ErrnoException) =>
    resolve({
      failed: error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `took more than ${maxMegabytes} MB of memory` : error.message,
    }),
  )
  const answer = await promise
  clearTimeout(patience)
  await thread.terminate()
  if ('texts' in answer) return answer.texts
  throw new StudioError(
    'bad-model',
    `The model’s chat template failed: it ${answer.failed}.`,
    'Take the template from the model’s own folder, or choose another style of prompt.',
  )
}
