/** Prompts and completions are texts, or conversations: lists of messages with a role and a content. */

interface Message {
  role?: unknown
  content?: unknown
}

/** A single message is its content; of several each has its role before it. */
export function textOfPrompt(value: unknown): string {
  const messages = messagesOf(value)
  if (!messages) return plainText(value)
  if (messages.length === 1) return contentOf(messages[0])
  return messages.map((message) => `${plainText(message.role)}: ${contentOf(message)}`).join('\n\n')
}

function messagesOf(value: unknown): Message[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  return value.every((one) => typeof one === 'object' && one !== null && 'content' in one) ? value : undefined
}

/** The content itself may be a list of parts. */
function contentOf({ content }: Message): string {
  if (!Array.isArray(content)) return plainText(content)
  return content.map((part: { text?: unknown }) => plainText(part?.text ?? '')).join('')
}

export function plainText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
