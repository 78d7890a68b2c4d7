/**
 * One draw from softmax(logits / temperature), restricted as transformers' logits processors do and in their order: repetition penalty,
 * temperature, top-k, top-p, min-p.
 */

export interface SamplerSettings {
  /** 0 takes the most likely token. */
  temperature: number
  /** Only the fewest most likely tokens whose probabilities reach this (Holtzman et al. 2020); 1 is off. */
  topP: number
  /** Only so many most likely tokens, and those as likely as the last of them; 0 is off. */
  topK: number
  /** Only tokens at least this share as likely as the likeliest (Nguyen et al. 2024); 0 is off. */
  minP: number
  /** Logits of tokens that came before are divided by it, negative ones multiplied (Keskar et al. 2019); 1 is off. */
  repetitionPenalty: number
}

export interface Draw {
  token: number
  /** Natural log-probability of the model's own softmax at this temperature, unpenalised and uncut: what the trainer computes too. */
  logProb: number
}

/** The whole distribution at this temperature. */
export function unrestricted(temperature: number): SamplerSettings {
  return { temperature, topP: 1, topK: 0, minP: 0, repetitionPenalty: 1 }
}

/** Kept from draw to draw: weight of each token, penalised logits, candidates of a selection. A draw leaves nothing in them for the next. */
let weights = new Float64Array(0)
let penalised = new Float32Array(0)
let candidates = new Float64Array(0)

/**
 * Takes one pass of exponentials (two with a repetition penalty) and no sort: time in proportion to the vocabulary.
 * @param logits one row of the vocabulary, at `offset` in the array
 * @param uniform in [0, 1): the only randomness, so a row's draw does not depend on its neighbours
 * @param seen ids of the prompt and of the output so far, for the repetition penalty
 */
export function draw(
  logits: Float32Array,
  offset: number,
  vocabulary: number,
  settings: SamplerSettings,
  uniform: number,
  seen: readonly (readonly number[])[] = [],
): Draw {
  if (weights.length < vocabulary) {
    weights = new Float64Array(vocabulary)
    penalised = new Float32Array(vocabulary)
    candidates = new Float64Array(vocabulary)
  }
  const row = logits.subarray(offset, offset + vocabulary)
  const temperature = settings.temperature || 1
  const own = weigh(row, temperature)
  const drawn =
    settings.repetitionPenalty === 1 ? own : weigh(penalise(row, seen, settings.repetitionPenalty), temperature)
  const token =
    settings.temperature === 0 ? drawn.best : pick(vocabulary, uniform * restrict(vocabulary, drawn.total, settings))
  return { token, logProb: (row[token] - row[own.best]) / temperature - Math.log(own.total) }
}

/** Each token's weight relative to the likeliest, which gets 1. */
function weigh(row: Float32Array, temperature: number): { best: number; total: number } {
  const n = row.length
  let best = 0
  for (let i = 1; i < n; i++) if (row[i] > row[best]) best = i
  const peak = row[best]
  const scale = STEPS / (Math.LN2 * temperature)
  let total = 0
  for (let i = 0; i < n; i++) {
    const power = (row[i] - peak) * scale
    // also for -Infinity and NaN
    const weight = power > -STEPS * 1022 ? exponential(power) : 0
    weights[i] = weight
    total += weight
  }
  return { best, total }
}

/** 2^(power / STEPS) for -STEPS · 1022 < power ≤ 0, to 1e-13 of its value, in half the time of Math.exp: a table, and a polynomial within its steps. */
function exponential(power: number): number {
  const step = power + ROUND - ROUND
  const rest = (power - step) * (Math.LN2 / STEPS)
  const polynomial = 1 + rest * (1 + rest * (1 / 2 + rest * (1 / 6 + rest / 24)))
  return fractions[step & (STEPS - 1)] * halvings[-(step >> STEP_BITS)] * polynomial
}

const STEP_BITS = 6
const STEPS = 1 << STEP_BITS
/** Adding and taking it away rounds a double of less than 2^51 to a whole number. */
const ROUND = 1.5 * 2 ** 52
const fractions = Float64Array.from({ length: STEPS }, (_, i) => 2 ** (i / STEPS))
const halvings = Float64Array.from({ length: 1023 }, (_, i) => 2 ** -i)

function penalise(row: Float32Array, seen: readonly (readonly number[])[], penalty: number): Float32Array {
  const scores = penalised.subarray(0, row.length)
  scores.set(row)
  // from the row, not from the score: a token that came twice is penalised once
  for (const ids of seen) for (const id of ids) scores[id] = row[id] < 0 ? row[id] * penalty : row[id] / penalty
  return scores
}

/** Takes the weight of every token that may not come. @returns what is left of the total */
function restrict(n: number, total: number, { topK, topP, minP }: SamplerSettings): number {
  let left = total
  if (topK > 0 && topK < n) left = keepFrom(n, largest(n, topK))
  if (topP < 1) left = keepNucleus(n, topP * left, ((1 - topP) * left) / n)
  return minP > 0 ? keepFrom(n, minP) : left
}

/** The token at this place of the cumulative weights. Rounding may leave a little at the very end: then it is the last that can come at all. */
function pick(n: number, place: number): number {
  let left = place
  let token = 0
  for (let i = 0; i < n; i++) {
    const weight = weights[i]
    if (weight > 0) token = i
    left -= weight
    if (left < 0) break
  }
  return token
}

function keepFrom(n: number, least: number): number {
  let total = 0
  for (let i = 0; i < n; i++) {
    if (weights[i] < least) weights[i] = 0
    else total += weights[i]
  }
  return total
}

/**
 * Keeps the fewest largest weights that sum to `enough`; of equal ones at the edge those that come first.
 * @param negligible all weights below it together are less than what may be cut
 */
function keepNucleus(n: number, enough: number, negligible: number): number {
  const least = selected(gather(n, negligible), enough, false)
  let above = 0
  for (let i = 0; i < n; i++) if (weights[i] > least) above += weights[i]
  let total = above
  for (let i = 0; i < n; i++) {
    if (weights[i] > least) continue
    if (weights[i] === least && total < enough) total += least
    else weights[i] = 0
  }
  return total
}

/** The k-th largest weight. */
function largest(n: number, k: number): number {
  // at least k weights are as large as the k-th largest of the greatest in each of 2k blocks: what is smaller needs no look
  const block = Math.floor(n / (2 * k))
  if (block < 2) return selected(gather(n, 0), k, true)
  let blocks = 0
  for (let from = 0; from < n; from += block) {
    let most = 0
    for (let i = from; i < Math.min(n, from + block); i++) if (weights[i] > most) most = weights[i]
    candidates[blocks++] = most
  }
  return selected(gather(n, selected(blocks, k, true)), k, true)
}

/** Copies the weights from `least` on to the candidates. @returns their number */
function gather(n: number, least: number): number {
  let count = 0
  for (let i = 0; i < n; i++) if (weights[i] >= least) candidates[count++] = weights[i]
  return count
}

/**
 * The largest value of which the candidates not below it reach `enough`, in number or in sum: a quickselect, in expected linear time.
 * Disturbs the candidates' order. @returns 0 if all together do not reach it
 */
function selected(count: number, enough: number, byNumber: boolean): number {
  let from = 0
  let to = count
  let missing = enough
  while (from < to) {
    const pivot = middle(candidates[from], candidates[(from + to) >> 1], candidates[to - 1])
    // [from, above) > pivot, [above, i) = pivot, [below, to) < pivot
    let above = from
    let below = to
    let sumAbove = 0
    for (let i = from; i < below; ) {
      const value = candidates[i]
      if (value > pivot) {
        sumAbove += byNumber ? 1 : value
        candidates[i++] = candidates[above]
        candidates[above++] = value
      } else if (value < pivot) {
        candidates[i] = candidates[--below]
        candidates[below] = value
      } else i++
    }
    const equal = (below - above) * (byNumber ? 1 : pivot)
    if (sumAbove >= missing) to = above
    else if (sumAbove + equal >= missing) return pivot
    else {
      missing -= sumAbove + equal
      from = below
    }
  }
  return 0
}

function middle(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}
