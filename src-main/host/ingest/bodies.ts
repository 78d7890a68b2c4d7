/** Bodies of requests: gzip'd or not, bounded before and after, and no more of them at once than there is room for. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ingestLimits } from '../../contract/ingest.ts'
import { Refusal } from './refusals.ts'

const unzip = promisify(gunzip)
const megabytes = (bytes: number) => `${bytes >> 20} MiB`
const smaller = 'Send fewer reports at once.'

export const tooLargeBody = () => new Refusal(413, `The body is larger than ${megabytes(ingestLimits.body)}.`, smaller)

/** JSON bodies of this part of the server. */
export function takeBodies(app: FastifyInstance): void {
  let waiting = 0
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'PUT' && request.method !== 'POST') return
    const declared = Number(request.headers['content-length'])
    const bytes = Number.isFinite(declared) ? Math.min(declared, ingestLimits.body) : ingestLimits.body
    if (waiting + bytes > ingestLimits.waiting)
      throw new Refusal(
        503,
        `${megabytes(waiting)} wait to be stored already, of ${megabytes(ingestLimits.waiting)} that may.`,
        'Send it again a little later.',
        1,
      )
    waiting += bytes
    reply.raw.once('close', () => {
      waiting -= bytes
    })
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: ingestLimits.body },
    async (request: FastifyRequest, body: Buffer) => jsonOf(await unpacked(request, body)),
  )
}

async function unpacked(request: FastifyRequest, body: Buffer): Promise<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return body
  if (encoding !== 'gzip')
    throw new Refusal(400, `The content encoding "${encoding}" is not known.`, 'Send gzip, or no encoding.')
  try {
    return await unzip(body, { maxOutputLength: ingestLimits.body })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new Refusal(413, `The body is larger than ${megabytes(ingestLimits.body)} when it is unpacked.`, smaller)
    throw new Refusal(400, `The body is not gzip: ${(error as Error).message}.`, 'Leave the content encoding out.')
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch (error) {
    throw new Refusal(400, `The body is not JSON: ${(error as Error).message}.`, 'Send one JSON object.')
  }
}
