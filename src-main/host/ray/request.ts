/**
 * One HTTP request, straight to its address: no proxy is asked and no redirect followed, so that a token goes nowhere else. Not `fetch`, whose
 * Sec-Fetch headers Ray takes for a browser's, which may submit nothing.
 */
import { request as plain } from 'node:http'
import { request as secure } from 'node:https'

export interface Sending {
  method: string
  headers: Record<string, string>
  body?: string | Uint8Array
  /** Milliseconds without a sign of the other side, or until it has answered. */
  timeout: number
  signal?: AbortSignal
  /** Bytes that may come back. */
  most?: number
}

export class TimedOut extends Error {}

const MOST = 8 << 20

/** @throws TimedOut; what the network says */
export function send(
  url: URL,
  { method, headers, body, timeout, signal, most = MOST }: Sending,
): Promise<{ status: number; text: string }> {
  const request = url.protocol === 'https:' ? secure : plain
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const asked = request(url, { method, headers: { ...headers, ...length }, signal, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= most) chunks.push(chunk)
        else asked.destroy(new Error(`it answers with more than ${most >> 20} MiB`))
      })
      answer.once('error', reject)
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    const limit = setTimeout(() => asked.destroy(new TimedOut()), timeout)
    asked.once('close', () => clearTimeout(limit)).once('error', reject)
    asked.end(body)
  })
}
