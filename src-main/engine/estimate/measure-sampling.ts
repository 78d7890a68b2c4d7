/** Measures rollouts of two sizes, and how long the model's answers are. */
import type { Policy } from '../model/policy.ts'
import { randomAt } from '../random.ts'
import { rollout } from '../rollout/rollout.ts'
import type { MeasuredSampling } from './measurement.ts'
import { middle, PATIENCE, peak, type Reading } from './peak.ts'
import { type Situation, widestRollout } from './situation.ts'
import { samplingBytes, sizesOf } from './sizes.ts'

/** Tokens of a measured rollout: the first are not timed, the others fill the decoder's tail once. */
const WARM_UP = 3
const TIMED = 16
/** Tokens of an answer at the most, where it is seen how long answers are; and how many answers. */
const LONGEST_ANSWER = 256
const ANSWERS = 32

/** @param room bytes that it may take at the most */
export async function measureSampling(
  policy: Policy,
  situation: Situation,
  room: number,
): Promise<Reading<MeasuredSampling>> {
  const sizes = sizesOf(policy.config, policy.adapters?.lora)
  const before = peak()
  const { largest, prompts } = situation

  const rolled = async (promptCount: number, samples: number, promptLength: number) => {
    const at: number[] = []
    const started = performance.now()
    await rollout({
      model: policy,
      prompts: Array.from({ length: promptCount }, (_, i) => lengthened(prompts[i % prompts.length], promptLength)),
      groupSize: samples,
      maxTokens: WARM_UP + TIMED + 1,
      // a model that knows no end never ends early
      eosIds: [],
      sampler: largest,
      random: (prompt, sample) => randomAt(0, 'measure', prompt, sample),
      progress: async () => void at.push(performance.now()),
    })
    const shape = { prompts: promptCount, rows: promptCount * samples, promptLength, attended: promptLength + TIMED }
    return {
      ...shape,
      totalSeconds: (performance.now() - started) / 1000,
      readingSeconds: (at[0] - started) / 1000,
      stepSeconds: middle(at.slice(WARM_UP).map((time, i) => (time - at[WARM_UP + i - 1]) / 1000)),
      bytes: peak() - before,
    }
  }
  const shortest = Math.min(situation.longestPrompt, 256)
  const recorded = await rolled(1, Math.min(8, largest.groupSize), shortest)
  const small = await rolled(1, Math.min(8, largest.groupSize), shortest)

  // how long answers are: here the end token counts
  const answered = await rollout({
    model: policy,
    prompts: prompts.slice(0, ANSWERS),
    groupSize: 1,
    maxTokens: Math.min(largest.maxCompletionTokens, LONGEST_ANSWER),
    eosIds: policy.config.eosIds,
    sampler: largest,
    random: (prompt) => randomAt(0, 'measure-lengths', prompt),
  })
  const answers = answered.flat().map(({ ids, finished }) => ({ tokens: ids.length, finished }))

  let wide = widestRollout(sizes, situation)
  const perByte = small.bytes / samplingBytes(sizes, small)
  const tooMuch = () =>
    perByte * samplingBytes(sizes, wide) > room ||
    (small.stepSeconds * wide.rows * TIMED) / small.rows > PATIENCE ||
    (small.readingSeconds * wide.prompts * wide.attended) / small.promptLength > PATIENCE
  while (wide.attended > 2 * wide.promptLength && tooMuch()) wide = { ...wide, attended: Math.ceil(wide.attended / 2) }
  while (wide.prompts > 1 && tooMuch()) {
    const fewer = Math.ceil(wide.prompts / 2)
    wide = { ...wide, prompts: fewer, rows: (wide.rows / wide.prompts) * fewer }
  }
  const samples = wide.rows / wide.prompts
  const broad = await rolled(wide.prompts, samples, wide.promptLength)
  // the last tokens before the limit, where the cache is at its longest; unless they are about the first
  const late = wide.attended - TIMED
  const long = late >= 1.5 * wide.promptLength ? await rolled(wide.prompts, samples, late) : broad
  return {
    batches: [small, broad, long].map(({ totalSeconds: _, ...batch }) => batch),
    recordingSeconds: Math.max(0, recorded.totalSeconds - small.totalSeconds),
    answers,
  }
}

/** A prompt made this long by repeating or cutting it. */
function lengthened(ids: number[], length: number): number[] {
  return Array.from({ length }, (_, i) => ids[i % ids.length])
}
