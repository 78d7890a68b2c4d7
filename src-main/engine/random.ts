/**
 * Randomness addressed by what it is for: `randomAt(seed, 'rollout', step, prompt)` is the same stream whenever it is asked for, so a
 * resumed step draws the same numbers, and no order of work changes them.
 * Generator: sfc32 (Doty-Humphrey, PractRand), seeded by a 128-bit mix of the address.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number
  /** Uniform integer in [0, n). */
  integer(n: number): number
  pick<T>(items: readonly T[]): T
  /** An index drawn in proportion to the weights, which must not all be 0. */
  weighted(weights: readonly number[]): number
  /** Fisher–Yates, in place. */
  shuffle<T>(items: T[]): T[]
}

export function randomAt(seed: number, ...address: (string | number)[]): Random {
  let [a, b, c, counter] = mix(`${seed}/${address.join('/')}`)
  const draw = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) draw()
  const integer = (n: number) => Math.floor(draw() * n)
  return {
    next: draw,
    integer,
    pick: (items) => items[integer(items.length)],
    weighted(weights) {
      const total = weights.reduce((sum, w) => sum + w, 0)
      let left = draw() * total
      for (let i = 0; i < weights.length - 1; i++) {
        left -= weights[i]
        if (left < 0) return i
      }
      return weights.length - 1
    },
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = integer(i + 1)
        ;[items[i], items[j]] = [items[j], items[i]]
      }
      return items
    },
  }
}

/** cyrb128 (bryc, public domain): four well-mixed 32-bit words of a string. */
export function mix(text: string): [number, number, number, number] {
  let h1 = 1779033703
  let h2 = 3144134277
  let h3 = 1013904242
  let h4 = 2773480762
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i)
    h1 = h2 ^ Math.imul(h1 ^ k, 597399067)
    h2 = h3 ^ Math.imul(h2 ^ k, 2869860233)
    h3 = h4 ^ Math.imul(h3 ^ k, 951274213)
    h4 = h1 ^ Math.imul(h4 ^ k, 2716044179)
  }
  h1 = Math.imul(h3 ^ (h1 >>> 18), 597399067)
  h2 = Math.imul(h4 ^ (h2 >>> 22), 2869860233)
  h3 = Math.imul(h1 ^ (h3 >>> 17), 951274213)
  h4 = Math.imul(h2 ^ (h4 >>> 19), 2716044179)
  h1 ^= h2 ^ h3 ^ h4
  return [h1 | 0, (h2 ^ h1) | 0, (h3 ^ h1) | 0, (h4 ^ h1) | 0]
}
