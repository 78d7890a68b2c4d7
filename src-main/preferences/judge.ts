/** Asks a judge of every item, several times, with the order of what is shown drawn; goes on where it was broken off. */
import { StudioError } from '../contract/errors.ts'
import type { Verdict } from '../contract/preferences.ts'
import { randomAt } from '../engine/random.ts'
import type { Ledger } from './ledger.ts'
import type { Item, Question } from './question.ts'

export type Said = Pick<Verdict, 'score' | 'said' | 'mass'>

export interface Judge {
  /** How it is called in reports. */
  name: string
  /** Questions beside one another. */
  atOnce: number
  /** @throws StudioError for what would fail with every question; a question without a verdict has a score of null */
  ask(question: Question, signal?: AbortSignal): Promise<Said>
}

export interface AskingOptions {
  asks: number
  seed: number
  signal?: AbortSignal
  /** After each verdict: how many there are, of how many. */
  progress?(done: number, all: number): void
}

/** A judge of whom none of so many replies could be read is asked no more. */
const hopeless = 8

/**
 * Fills the ledger.
 * @throws StudioError bad-request for a judge who gives no verdict at all; cancelled; what the judge throws. What was said is kept.
 */
export async function askAll(
  judge: Judge,
  items: readonly Item[],
  ledger: Ledger<Verdict>,
  { asks, seed, signal, progress }: AskingOptions,
): Promise<void> {
  const known = new Set(ledger.lines.map(({ pair, ask }) => `${pair} ${ask}`))
  const wanted = items.flatMap(({ key, question }) =>
    ordersOf(seed, key, asks).flatMap((swapped, ask) =>
      known.has(`${key} ${ask}`) ? [] : [{ key, ask, swapped, question }],
    ),
  )
  const all = items.length * asks
  let left = wanted.length
  let next = 0
  let failed = false
  const worker = async () => {
    while (next < wanted.length && !failed) {
      requireSense(ledger)
      const { key, ask, swapped, question } = wanted[next++]
      const said = await judge.ask(question(swapped), signal)
      ledger.add({ pair: key, ask, swapped, ...said })
      progress?.(all - --left, all)
    }
  }
  // one that fails lets the others bring home what they asked for
  const ended = await Promise.allSettled(
    Array.from({ length: Math.max(1, judge.atOnce) }, () =>
      worker().catch((error: unknown) => {
        failed = true
        throw error
      }),
    ),
  )
  const failure = ended.find((one) => one.status === 'rejected')
  if (failure) throw failure.reason
  requireSense(ledger, Math.min(hopeless, all))
}

/** Whether what is second comes first, for each asking: half of them, an odd one by lot; which half is drawn. */
export function ordersOf(seed: number, key: string, asks: number): boolean[] {
  const random = randomAt(seed, 'order', key)
  const half = Math.floor(asks / 2) + (asks % 2) * random.integer(2)
  return random.shuffle(Array.from({ length: asks }, (_, i) => i < half))
}

function requireSense({ lines: verdicts }: Ledger<Verdict>, least = hopeless): void {
  if (verdicts.length < least || verdicts.some(({ score }) => score !== null)) return
  throw new StudioError(
    'bad-request',
    `None of the ${verdicts.length} replies so far holds a verdict. The last one: ${JSON.stringify(verdicts.at(-1)!.said)}.`,
    'This judge cannot follow the instruction: take a more capable model, or allow more tokens; --force begins anew.',
  )
}
