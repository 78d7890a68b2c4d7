/** The rules as a service: what a trainer elsewhere asks of them, a line of JSON each, and what it is answered. */
import { z } from 'zod'
import { domains } from '../../contract/domains.ts'
import { keptSettings, partialSettings } from '../../contract/settings.ts'
import { flawsOf } from './flaws.ts'
import { format } from './format.ts'
import { judged } from './judged.ts'
import { score } from './score.ts'

const request = z.object({
  id: z.number(),
  problem: z.object({
    prompt: z.string(),
    answer: z.string(),
    domain: z.enum(domains).optional(),
    data: z.record(z.string(), z.unknown()).optional(),
  }),
  completions: z.array(z.object({ text: z.string(), finished: z.boolean(), tokens: z.number() })),
  /** Tokens after which an output is cut. */
  tokenLimit: z.number(),
  /** Of these the rewards are read: weights, parameters, sides. */
  settings: partialSettings.loose(),
  /** What is asked: the rewards of a training step, what an evaluation counts, or what is worth keeping. */
  ask: z.union([
    z.literal('score'),
    z.literal('evaluate'),
    z.object({ minLanguage: z.number(), maxParagraph: z.number() }),
  ]),
})

/** @returns a line, `{"id", …}`; of what cannot be judged `{"id", "error"}` */
export async function answered(line: string): Promise<string> {
  let id: unknown = null
  try {
    const json = JSON.parse(line) as { id?: unknown }
    id = json.id
    return JSON.stringify({ id, ...(await answerTo(request.parse(json))) })
  } catch (error) {
    return JSON.stringify({ id, error: (error as Error).message })
  }
}

async function answerTo({ problem, completions, tokenLimit, settings, ask }: z.infer<typeof request>): Promise<object> {
  const group = { problem, completions, tokenLimit }
  const whole = keptSettings(settings)
  if (ask === 'evaluate') {
    const { right } = await judged(group, whole)
    return { right, formatted: completions.map((one) => format(one).value) }
  }
  const scores = await score(group, whole)
  const told = { rewards: scores.map(({ reward }) => reward), parts: scores.map(({ parts }) => parts) }
  if (ask === 'score') return told
  const flaws = await flawsOf(group, whole, ask)
  return { ...told, flaws: flaws.map((flaw) => flaw ?? null) }
}
