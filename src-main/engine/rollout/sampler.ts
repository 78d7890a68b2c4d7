/** One draw from softmax(logits / temperature), restricted to the top-p nucleus (Holtzman et al. 2020). */

export interface SamplerSettings {
  /** 0 takes the most likely token. */
  temperature: number
  /** 1 is off. */
  topP: number
}

export interface Draw {
  token: number
  /** Natural log-probability at this temperature, before the nucleus is cut: what the trainer computes too. */
  logProb: number
}

/**
 * @param logits one row of the vocabulary, at `offset` in the array
 * @param uniform in [0, 1): the only randomness, so a row's draw does not depend on its neighbours
 */
export function draw(
  logits: Float32Array,
  offset: number,
  vocabulary: number,
  settings: SamplerSettings,
  uniform: number,
): Draw {
  let best = 0
  for (let i = 1; i < vocabulary; i++) if (logits[offset + i] > logits[offset + best]) best = i
  const peak = logits[offset + best]
  const temperature = settings.temperature || 1
  let total = 0
  for (let i = 0; i < vocabulary; i++) total += Math.exp((logits[offset + i] - peak) / temperature)
  const logProb = (i: number) => (logits[offset + i] - peak) / temperature - Math.log(total)
  if (settings.temperature === 0) return { token: best, logProb: logProb(best) }

  let order: number[] | null = null
  let mass = total
  if (settings.topP < 1) {
    order = nucleus(logits, offset, vocabulary, peak, temperature, settings.topP * total)
    mass = order.reduce((sum, i) => sum + Math.exp((logits[offset + i] - peak) / temperature), 0)
  }
  const count = order ? order.length : vocabulary
  let left = uniform * mass
  let token = best
  for (let n = 0; n < count; n++) {
    const i = order ? order[n] : n
    const weight = Math.exp((logits[offset + i] - peak) / temperature)
    // rounding may leave a little at the very end: then it is the last token that can come at all
    if (weight > 0) token = i
    left -= weight
    if (left < 0) break
  }
  return { token, logProb: logProb(token) }
}

/** The fewest most likely tokens whose weights reach `enough`. */
function nucleus(
  logits: Float32Array,
  offset: number,
  vocabulary: number,
  peak: number,
  temperature: number,
  enough: number,
): number[] {
  const order = Array.from({ length: vocabulary }, (_, i) => i).sort(
    (a, b) => logits[offset + b] - logits[offset + a] || a - b,
  )
  let sum = 0
  for (let n = 0; n < order.length; n++) {
    sum += Math.exp((logits[offset + order[n]] - peak) / temperature)
    if (sum >= enough) return order.slice(0, n + 1)
  }
  return order
}
