/** What a judge is asked of one item, and how its reply is read. */
import { createHash } from 'node:crypto'

/** An item as it is shown one way round. */
export interface Question {
  text: string
  /** What a judge goes on from that says a letter and nothing else: A is what is shown first, B what is shown second. */
  cue: string
  /** Of a written reply, 2 to −2: above 0 it prefers what is shown first. Null where there is no verdict. */
  score(reply: string): number | null
}

/** What is asked several times: half of them with the second first. */
export interface Item {
  key: string
  question(swapped: boolean): Question
}

/** `verdict`: a reasoned reply that ends with one; `letter`: A or B. */
export type ReplyForm = 'verdict' | 'letter'

/** @returns the parts of an instruction that there are, a blank line between them */
export const paragraphs = (...parts: string[]) =>
  parts
    .map((part) => part.trim())
    .filter(Boolean)
    .join('\n\n')

export const tagged = (tag: string, text: string) => `<${tag}>\n${text}\n</${tag}>`

/** What a judge thinks is no verdict yet. */
export const afterThinking = (reply: string) => reply.slice(reply.lastIndexOf('</think>') + 1)

/** Tells an item from all others by its texts. */
export const itemKey = (...texts: string[]) =>
  createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16)
