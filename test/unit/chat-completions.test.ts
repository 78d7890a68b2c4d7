/** The client of OpenAI-compatible servers, against a real one on this machine that answers as servers do. */
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { baseUrlOf, ChatCompletions, type Endpoint } from '../../src-main/preferences/chat-completions.ts'
import { type Answerer, chatServer, completion, failure } from '../support/chat-server.ts'

const client = (baseUrl: string, more: Partial<Endpoint> = {}) =>
  new ChatCompletions({
    ...{ baseUrl, model: 'judge-1', key: 'sk-secret', keyVariable: 'JUDGE_KEY', maxTokens: 64 },
    ...{ timeout: 5000, retries: 3, backOff: 1 },
    ...more,
  })

const asking = async (answer: Answerer, more: Partial<Endpoint> = {}) => {
  const server = await chatServer(answer)
  return { server, reply: client(server.url, more).ask('system', 'user') }
}

const raw =
  (body: string, status = 200): Answerer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/html' })
    response.end(body)
    return undefined
  }

describe('a question', () => {
  it('is sent as chat completions are, with the key in its header', async () => {
    const { server, reply } = await asking(() => 'A fine answer. [[A>B]]', { temperature: 0.5 })
    expect(await reply).toEqual({ text: 'A fine answer. [[A>B]]' })
    expect(server.asked[0].authorization).toBe('Bearer sk-secret')
    expect(server.asked[0].body).toEqual({
      model: 'judge-1',
      messages: [
        { role: 'system', content: 'system' },
        { role: 'user', content: 'user' },
      ],
      max_tokens: 64,
      temperature: 0.5,
    })
  })

  it('has no key where there is none, and the server’s own temperature', async () => {
    const { server, reply } = await asking(() => 'x', { key: undefined })
    await reply
    expect(server.asked[0].authorization).toBeUndefined()
    expect('temperature' in server.asked[0].body).toBe(false)
  })

  it('is asked again with the limit by its newer name', async () => {
    const { server, reply } = await asking(({ body }, response) =>
      'max_tokens' in body
        ? failure(response, 400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        : 'well',
    )
    expect(await reply).toEqual({ text: 'well' })
    expect(server.asked[1].body.max_completion_tokens).toBe(64)
  })
})

describe('a busy server', () => {
  it.each([408, 429, 500, 502, 503])('is asked again after %i', async (status) => {
    const { server, reply } = await asking((_, response, turn) =>
      turn <= 2 ? failure(response, status, 'slow down') : 'at last',
    )
    expect(await reply).toEqual({ text: 'at last' })
    expect(server.asked).toHaveLength(3)
  })

  it('is waited for as long as it says', async () => {
    const started = performance.now()
    const { reply } = await asking((_, response, turn) =>
      turn === 1 ? failure(response, 429, 'slow down', { 'retry-after': '0.3' }) : 'at last',
    )
    await reply
    expect(performance.now() - started).toBeGreaterThan(290)
  })

  it('that stays busy is told of', async () => {
    const { server, reply } = await asking((_, response) => failure(response, 429, 'quota of  sk-secret\nexceeded'))
    await expect(reply).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(/gave no answer in 4 tries: it answers 429: quota of … exceeded\.$/),
    })
    expect(server.asked).toHaveLength(4)
  })

  it('that hangs is asked again, once it has ever answered', async () => {
    const hanging: Answerer = (_, _response, turn) => (turn === 2 ? undefined : 'here')
    const server = await chatServer(hanging)
    const asked = client(server.url, { timeout: 300 })
    expect(await asked.ask('s', 'u')).toEqual({ text: 'here' })
    expect(await asked.ask('s', 'u')).toEqual({ text: 'here' })
    expect(server.asked).toHaveLength(3)
  })

  it('is left at once when that is asked for', async () => {
    const stop = new AbortController()
    const { url } = await chatServer((_, response) => {
      stop.abort()
      return failure(response, 503, 'busy', { 'retry-after': '30' })
    })
    await expect(client(url).ask('s', 'u', stop.signal)).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('what no waiting mends', () => {
  it.each([
    [401, 'Incorrect key sk-secret', 'bad-request', /refuses the key \(401: Incorrect key …\)/, /value of JUDGE_KEY/],
    [403, 'no', 'bad-request', /refuses the key \(403: no\)/, /--key-env/],
    [404, 'The model `judge-1` does not exist', 'not-found', /has no model judge-1 \(404: The model/, /\/v1\/models/],
    [400, 'model judge-1 not found', 'not-found', /has no model judge-1/, /--model/],
  ])('%i %s', async (status, told, code, message, hint) => {
    const { server, reply } = await asking((_, response) => failure(response, status, told))
    const error = await reply.then(
      () => undefined,
      (e: unknown) => e,
    )
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.stringMatching(hint) })
    expect(JSON.stringify(error) + (error as Error).message).not.toContain('sk-secret')
    expect(server.asked).toHaveLength(1)
  })

  it('a key that is not there is named by its variable', async () => {
    const { reply } = await asking((_, response) => failure(response, 401, 'who?'), { key: undefined })
    await expect(reply).rejects.toMatchObject({
      message: expect.stringContaining('refuses to answer without a key (401: who?)'),
      hint: expect.stringContaining('Set JUDGE_KEY'),
    })
  })

  it('nobody there: at once, with the reason', async () => {
    const gone = await chatServer(() => 'x')
    await gone.close()
    await expect(client(gone.url).ask('s', 'u')).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(/gave no answer: ECONNREFUSED\.$/),
    })
  })

  it('a server that hangs up, or speaks no HTTP', async () => {
    for (const said of ['', 'SSH-2.0-OpenSSH_9.6\r\n']) {
      const server = createServer((socket) => {
        socket.on('error', () => {})
        socket.end(said)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as { port: number }
      await expect(client(`http://127.0.0.1:${port}`).ask('s', 'u')).rejects.toMatchObject({ code: 'network' })
      server.close()
    }
  })

  it('a redirect is not followed, with the key', async () => {
    const other = await chatServer(() => 'x')
    const { reply } = await asking((_, response) => {
      response.writeHead(307, { location: other.url })
      response.end()
      return undefined
    })
    await expect(reply).rejects.toMatchObject({
      message: expect.stringContaining(`sends elsewhere (307 to ${other.url})`),
    })
    expect(other.asked).toEqual([])
  })

  it.each([
    ['a page', raw('<html>Welcome to nginx</html>'), /does not answer as an OpenAI-compatible server: <html>Welcome/],
    ['nothing', raw(''), /its answer is empty/],
    ['JSON of another kind', raw('{"response":"A"}'), /does not answer as/],
    ['null', raw('null'), /does not answer as/],
    ['no choices', raw('{"choices":[]}'), /does not answer as/],
    ['choices that are none', raw('{"choices":"A"}'), /does not answer as/],
    ['a choice without a message', raw('{"choices":[null]}'), /does not answer as/],
    ['more than any reply', raw(JSON.stringify(completion('x'.repeat(5 * 2 ** 20)))), /more than 4 MB/],
  ])('%s', async (_, answer, message) => {
    const { reply } = await asking(answer)
    await expect(reply).rejects.toMatchObject({ code: 'bad-request', message: expect.stringMatching(message) })
  })
})

describe('a reply that is none', () => {
  it.each([
    ['an empty one', raw(JSON.stringify(completion(' '))), 'the reply was empty'],
    ['null', raw(JSON.stringify(completion(null))), 'the reply was empty'],
    [
      'a cut one',
      raw(JSON.stringify(completion('', { finish_reason: 'length' }))),
      'the reply was cut before it said anything',
    ],
    ['a number', raw(JSON.stringify(completion(7))), 'the reply was empty'],
    [
      'a refusal',
      raw(JSON.stringify({ choices: [{ message: { content: null, refusal: 'I cannot judge this.' } }] })),
      'the model refused: I cannot judge this.',
    ],
    [
      'too long a question',
      raw('{"error":{"message":"context length exceeded"}}', 400),
      'refused the question (400: context',
    ],
    ['a page as error', raw('<html>Bad   Request</html>', 422), 'refused the question (422: <html>Bad Request</html>)'],
  ])('%s is of this question alone', async (_, answer, refused) => {
    const { reply } = await asking(answer)
    expect((await reply).refused).toContain(refused)
  })

  it('in parts is put together', async () => {
    const { reply } = await asking(
      raw(JSON.stringify(completion([{ type: 'text', text: 'one ' }, null, { text: 'two' }, 3]))),
    )
    expect(await reply).toEqual({ text: 'one two' })
  })
})

describe('the base address', () => {
  it.each([
    ['http://127.0.0.1:8000/v1', 'http://127.0.0.1:8000/v1'],
    ['https://api.example.com/v1/', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/chat/completions', 'https://api.example.com/v1'],
    ['http://localhost:11434', 'http://localhost:11434'],
  ])('%s is %s', (text, url) => {
    expect(baseUrlOf(text)).toBe(url)
  })

  it.each([
    ['127.0.0.1:8000', 'is no address of a server'],
    ['file:///etc/passwd', 'is no address of a server'],
    ['http://me:pass@host/v1', 'http://…@host/v1 holds a password'],
    ['', 'is no address of a server'],
  ])('%s is refused', (text, message) => {
    expect(() => baseUrlOf(text)).toThrow(message)
    expect(() => baseUrlOf(text)).not.toThrow('pass@')
  })
})
