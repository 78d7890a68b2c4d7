/** The ingest API as OpenAPI 3.1, made from the schemas that check what comes. */
import { z } from 'zod'
import {
  commandsSchema,
  deliveredSchema,
  deliverySchema,
  healthSchema,
  ingestVersion,
  openedSchema,
  openingSchema,
  refusalSchema,
  runKey,
} from '../../contract/ingest.ts'
import { defaultPort } from '../port.ts'

const schemas = {
  Opening: z.toJSONSchema(openingSchema, { io: 'input' }),
  Opened: z.toJSONSchema(openedSchema),
  Delivery: z.toJSONSchema(deliverySchema, { io: 'input' }),
  Delivered: z.toJSONSchema(deliveredSchema),
  Commands: z.toJSONSchema(commandsSchema),
  Health: z.toJSONSchema(healthSchema),
  Refusal: z.toJSONSchema(refusalSchema),
}
type Name = keyof typeof schemas

const json = (name: Name) => ({ 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } })
const refusals: Readonly<Record<number, string>> = {
  400: 'What was sent cannot be understood; the message names the place and the value.',
  401: 'The token is missing or wrong.',
  403: 'Not from this machine, or from a page of a browser.',
  404: 'No run was opened under this key, or it was deleted.',
  409: 'A report of this writer is missing before those that came: `expected` is the next one. Nothing was stored.',
  413: 'Too large: the message names what is.',
  503: 'Wait `retryAfter` seconds and send it again: too much waits, the disk takes nothing, or the app closes.',
}

function answers(name: Name, description: string, ...statuses: number[]) {
  const refused = statuses.map((status) => [status, { description: refusals[status], content: json('Refusal') }])
  return { 200: { description, content: json(name) }, ...Object.fromEntries(refused) }
}

const body = (name: Name) => ({ required: true, content: json(name) })
const key = { name: 'key', in: 'path', required: true, schema: bare(z.toJSONSchema(runKey)) }

/** A document has one dialect, which 3.1 says. */
function bare({ $schema: _, ...schema }: Record<string, unknown>) {
  return schema
}

export function openApi() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'grpo-studio: runs of other trainers',
      version: String(ingestVersion),
      description:
        'On loopback alone, for who has the token of the data folder (`listening.json`). Bodies are JSON, gzip’d where Content-Encoding says so. The same deliveries go over a WebSocket at `/runs/{key}/socket`.',
    },
    servers: [{ url: `http://127.0.0.1:${defaultPort}/ingest/v${ingestVersion}` }],
    security: [{ token: [] }],
    paths: {
      '/health': { get: { summary: 'Whether the app is there', responses: answers('Health', 'It is.', 401, 403) } },
      '/runs/{key}': {
        put: {
          summary: 'Opens a run, or finds the one that this key opened',
          parameters: [key],
          requestBody: body('Opening'),
          responses: answers('Opened', 'The run, and how far each writer has come.', 400, 401, 403, 404, 413, 503),
        },
      },
      '/runs/{key}/reports': {
        post: {
          summary: 'Delivers reports in the order of their writer; what is stored already is passed over',
          parameters: [key],
          requestBody: body('Delivery'),
          responses: answers('Delivered', 'They are stored.', 400, 401, 403, 404, 409, 413, 503),
        },
      },
      '/runs/{key}/commands': {
        get: {
          summary: 'What was asked of the trainer and not answered yet, as soon as there is any',
          parameters: [
            key,
            {
              name: 'wait',
              in: 'query',
              description: 'Seconds to wait for some.',
              schema: { type: 'number', minimum: 0, maximum: 25, default: 0 },
            },
          ],
          responses: answers('Commands', 'Oldest first; none after the wait.', 400, 401, 403, 404, 503),
        },
      },
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bare(schema)])),
    },
  }
}
