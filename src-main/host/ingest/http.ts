/** The ingest API over HTTP: `/ingest/v1`, for trainers that are admitted: on this machine those that have the data folder's token. */
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Delivery, deliverySchema, ingestVersion, openingSchema, runKey } from '../../contract/ingest.ts'
import { packingEntry } from '../entries.ts'
import type { Host } from '../host.ts'
import { isLoopbackHost, sameToken } from '../loopback.ts'
import { version } from '../version.ts'
import { takeBodies, tooLargeBody } from './bodies.ts'
import { openApi } from './openapi.ts'
import { Packer } from './packer.ts'
import { Refusal, refusedBy, understood } from './refusals.ts'

export const ingestPath = `/ingest/v${ingestVersion}`

/** Who may report. @param key of the run, where the request is of one @throws Refusal 401, 403 */
export type Admit = (headers: IncomingHttpHeaders, key: string | undefined) => void

export interface IngestOptions {
  host: Pick<Host, 'attached'>
  admit: Admit
}

const keyed = z.object({ key: runKey })
/** Seconds of a long poll. */
const waiting = z.object({ wait: z.coerce.number().min(0).max(25).default(0) })

const textsOf = ({ reports }: Delivery): string[] =>
  reports.flatMap(({ report }) => (report.kind === 'group' ? report.completions.map(({ text }) => text) : []))

type Keyed = FastifyRequest<{ Params: { key: string } }>

export async function serveIngest(app: FastifyInstance, { host, admit }: IngestOptions): Promise<void> {
  const { attached } = host
  const keyOf = ({ params }: Keyed) => understood(keyed, 'The key', params).key
  await app.register(
    async (scope) => {
      scope.setErrorHandler((error, _, reply) => refuse(reply, error))
      scope.setNotFoundHandler((request, reply) =>
        refuse(
          reply,
          new Refusal(404, `There is no ${request.method} ${request.url}.`, `See ${ingestPath}/openapi.json.`),
        ),
      )
      scope.addHook('onRequest', async ({ headers, params }) => admit(headers, (params as { key?: string }).key))
      takeBodies(scope)
      const packer = new Packer(packingEntry)
      scope.addHook('onClose', async () => packer.close())

      scope.get('/openapi.json', () => openApi())
      scope.get('/health', () => ({ version: ingestVersion, app: version }))
      scope.put('/runs/:key', (request: Keyed) =>
        attached.open(keyOf(request), understood(openingSchema, 'The opening', request.body)),
      )
      scope.post('/runs/:key/reports', async (request: Keyed) => {
        const key = keyOf(request)
        const delivery = understood(deliverySchema, 'The delivery', request.body)
        const delivered = attached.deliver(key, delivery, await packer.pack(textsOf(delivery)))
        if (delivery.reports.some(({ report }) => report.kind === 'step')) await attached.room(key)
        return delivered
      })
      scope.get('/runs/:key/commands', async (request: Keyed, reply) => {
        const { wait } = understood(waiting, 'The query', request.query)
        const gone = new AbortController()
        reply.raw.once('close', () => gone.abort())
        return { commands: await attached.waitForCommands(keyOf(request), 1000 * wait, gone.signal) }
      })
    },
    { prefix: ingestPath },
  )
}

/** Trainers of this machine. A page of another site can reach loopback too: it cannot leave its Origin out, and does not know the token. */
export const ofThisMachine =
  (token: string): Admit =>
  (headers) => {
    if (!isLoopbackHost(headers.host))
      throw new Refusal(403, `"${headers.host}" is not served.`, 'Only http://127.0.0.1 and http://localhost are.')
    refusePages(headers)
    if (!sameToken(tokenIn(headers), token))
      throw new Refusal(
        401,
        headers.authorization ? 'The token is wrong.' : 'The token is missing.',
        'Send "Authorization: Bearer TOKEN", with the token of listening.json in the data folder.',
      )
  }

/** @throws Refusal 403 */
export function refusePages({ origin }: IncomingHttpHeaders): void {
  if (origin !== undefined) throw new Refusal(403, `Pages of "${origin}" may not report.`, 'A trainer sends no Origin.')
}

export const tokenIn = ({ authorization }: IncomingHttpHeaders): string =>
  /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? ''

function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, body } = refusedBy(ofFastify(error))
  if (body.retryAfter !== undefined) reply.header('retry-after', String(body.retryAfter))
  return reply.code(status).send(body)
}

/** Its own refusals, as sentences of ours. */
function ofFastify(error: unknown): unknown {
  const { code, message, statusCode } = error as { code?: string; message?: string; statusCode?: number }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return tooLargeBody()
  if (code === 'ECONNRESET') return new Refusal(400, 'The trainer went away.', 'Send it again.')
  if (code?.startsWith('FST_') && statusCode)
    return new Refusal(statusCode, `The request cannot be taken: ${message}.`, 'Send JSON, as application/json.')
  return error
}
