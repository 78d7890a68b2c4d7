/** Measures updates of two sizes, on answers that say nothing. */
import type { Settings } from '../../contract/settings.ts'
import type { Episode } from '../grpo/episode.ts'
import { update } from '../grpo/update.ts'
import { shapeOf } from '../model/batch.ts'
import { randomAt } from '../random.ts'
import type { freshState } from '../start.ts'
import { undoPoint } from '../undo.ts'
import { trainingFlops } from './flops.ts'
import type { MeasuredUpdate } from './measurement.ts'
import { PATIENCE, peak, type Reading, seconds } from './peak.ts'
import type { Situation } from './situation.ts'
import { activationBytes, sizesOf } from './sizes.ts'

/** Floating-point operations that a processor of today does in a second at least, in products of this kind: bounds what is tried first. */
const SLOWEST = 1e10
/** Bytes held for each byte that is counted, at most, before anything was measured. */
const MOST_HELD = 4

type State = ReturnType<typeof freshState>

/** @param room bytes that it may take at the most */
export async function measureUpdate(
  state: State,
  situation: Situation,
  checkpointing: boolean,
  room: number,
): Promise<Reading<MeasuredUpdate>> {
  const { policy } = state
  const sizes = sizesOf(policy.config, policy.adapters?.lora)
  const held = (m: MadeUp) => activationBytes(sizes, shapeIn(m), checkpointing)
  const operations = (m: MadeUp) => trainingFlops(sizes, shapeIn(m), checkpointing)
  const largestOf = (from: MadeUp, allowed: (m: MadeUp) => boolean) => {
    let one = from
    for (let next: MadeUp | null = one; next; next = smaller(one)) {
      one = next
      if (allowed(one)) break
    }
    return one
  }
  const before = peak()
  const took = () => peak() - before
  const run = (batch: MadeUp, batches = 1) => updating(state, situation.largest, batch, batches)

  const wanted = wantedBatch(situation)
  const small = largestOf(
    wanted.rows > 1 ? { ...wanted, rows: Math.ceil(wanted.rows / 4) } : smaller(wanted)!,
    (m) => MOST_HELD * held(m) < room && operations(m) < PATIENCE * SLOWEST,
  )
  const started = performance.now()
  await run(small)
  const first = (performance.now() - started) / 1000
  const smallSeconds = await seconds(() => run(small))
  const smallBytes = took()

  const large = largestOf(
    wanted,
    (m) =>
      smallBytes + MOST_HELD * (held(m) - held(small)) < room &&
      operations(m) * smallSeconds < PATIENCE * operations(small),
  )
  await run(large)
  const largeBytes = took()
  // one batch and two: what the second adds is a batch, and the rest the optimizer
  const once = await seconds(() => run(large))
  const twice = await seconds(() => run(large, 2))
  const optimizerSeconds = Math.max(0, Math.min(0.9 * smallSeconds, 2 * once - twice))
  return {
    checkpointing,
    batches: [
      { ...shapeIn(small), seconds: smallSeconds - optimizerSeconds, bytes: smallBytes },
      { ...shapeIn(large), seconds: once - optimizerSeconds, bytes: largeBytes },
    ],
    optimizerSeconds,
    recordingSeconds: Math.max(0, first - smallSeconds),
  }
}

/** An update that goes through so many micro-batches of this size; it changes nothing. */
async function updating(state: State, stage: Settings, { rows, prompt, answer }: MadeUp, batches: number) {
  const { policy, reference, optimizer } = state
  const undo = undoPoint(state)
  const episodes = madeUp(rows * batches, prompt, answer, policy.config.vocabulary)
  const settings: Settings = {
    ...stage,
    miniBatches: 1,
    innerEpochs: 1,
    microBatchTokens: rows * shapeOf(episodes).length,
  }
  await update(policy, reference, episodes, settings, 0, optimizer, randomAt(0, 'measure'), async () => {})
  undo.forget()
}

interface MadeUp {
  rows: number
  prompt: number
  answer: number
}

const shapeIn = ({ rows, prompt, answer }: MadeUp) =>
  shapeOf(Array.from({ length: rows }, () => ({ promptIds: { length: prompt }, ids: { length: answer } })))

/** The micro-batch of the run when every answer is as long as may be. */
function wantedBatch({ largest, longestPrompt }: Situation): MadeUp {
  const [prompt, answer] = [longestPrompt, largest.maxCompletionTokens]
  const outputs = Math.ceil((largest.promptsPerStep * largest.groupSize) / largest.miniBatches)
  const { length } = shapeOf([{ promptIds: { length: prompt }, ids: { length: answer } }])
  const room = Math.max(1, Math.min(outputs, Math.floor(largest.microBatchTokens / length)))
  return { rows: 2 ** Math.floor(Math.log2(room)), prompt, answer }
}

/** The next smaller one to try. */
function smaller({ rows, prompt, answer }: MadeUp): MadeUp | null {
  if (rows > 1) return { rows: rows / 2, prompt, answer }
  if (answer > 16) return { rows, prompt, answer: Math.ceil(answer / 2) }
  return prompt > 16 ? { rows, prompt: Math.ceil(prompt / 2), answer } : null
}

/** Episodes of these lengths whose tokens say nothing. */
function madeUp(count: number, prompt: number, answer: number, vocabulary: number): Episode[] {
  const ids = (length: number, from: number) => Array.from({ length }, (_, i) => (from + 7 * i) % vocabulary)
  return Array.from({ length: count }, (_, i) => ({
    problem: { prompt: '', answer: '', kind: 'sum', domain: 'math' } as Episode['problem'],
    group: 0,
    sample: i,
    text: '',
    parts: {},
    reward: 0,
    finished: true,
    promptIds: ids(prompt, i),
    ids: ids(answer, i + 3),
    logProbs: new Array<number>(answer).fill(-3),
    advantage: (i % 2) - 0.5,
  }))
}
