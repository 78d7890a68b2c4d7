/** A server that speaks the OpenAI format, with a judge of one's own behind it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Asked {
  authorization: string | undefined
  body: { model: string; messages: { role: string; content: string }[]; [more: string]: unknown }
  /** What stands between the tags of the question. */
  prompt: string
  a: string
  b: string
  /** Of safety. */
  output: string
}

export type Answerer = (
  asked: Asked,
  response: ServerResponse,
  turn: number,
) => string | undefined | Promise<string | undefined>

/** @param answer the text of the reply; undefined when it has answered by itself */
export async function chatServer(answer: Answerer): Promise<{ url: string; asked: Asked[]; close(): Promise<void> }> {
  const asked: Asked[] = []
  const server = createServer((request, response) => void hear(request, response))
  async function hear(request: IncomingMessage, response: ServerResponse) {
    let text = ''
    for await (const part of request) text += part
    const body = JSON.parse(text) as Asked['body']
    const user = body.messages.at(-1)!.content
    const part = (tag: string) => new RegExp(`<${tag}>\n(.*?)\n</${tag}>`, 's').exec(user)?.[1] ?? ''
    const one: Asked = {
      authorization: request.headers.authorization,
      body,
      prompt: part('prompt'),
      a: part('answer_A'),
      b: part('answer_B'),
      output: part('output'),
    }
    asked.push(one)
    const reply = await answer(one, response, asked.length)
    if (reply === undefined) return
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(completion(reply)))
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  onTestFinished(close)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked, close }
}

export const completion = (content: unknown, more: object = {}) => ({
  id: 'x',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop', ...more }],
})

export function failure(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): undefined {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify({ error: { message } }))
  return undefined
}
