/** The thread in which a chat template runs. */
import { parentPort, workerData } from 'node:worker_threads'
import { Template } from '@huggingface/jinja'
import type { RenderAnswer, RenderRequest } from './chat-template.ts'

/** Some templates write today's date into the prompt. The same recipe must give the same prompt on any day: here it is always this one. */
globalThis.Date = class extends Date {
  constructor() {
    super(2025, 0, 1)
  }
} as DateConstructor

parentPort!.postMessage(render(workerData as RenderRequest))

function render({ source, tokens, conversations, maxCharacters }: RenderRequest): RenderAnswer {
  try {
    const template = new Template(source)
    const texts = conversations.map((messages) => template.render({ ...tokens, messages, add_generation_prompt: true }))
    const longest = texts.reduce((most, text) => Math.max(most, text.length), 0)
    if (longest > maxCharacters)
      return { failed: `wrote ${longest} characters for one prompt; ${maxCharacters} are allowed` }
    return { texts }
  } catch (error) {
    return { failed: `says: ${(error as Error).message.slice(0, 300)}` }
  }
}
