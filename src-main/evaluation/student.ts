/** Student's t distribution. */

/**
 * The value that a t-distributed quantity exceeds in size with probability 5 %.
 * @param df degrees of freedom, above 0, not necessarily whole
 */
export function t975(df: number): number {
  let [low, high] = [0, 1]
  while (tail(high, df) > 0.025) high *= 2
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2
    if (tail(middle, df) > 0.025) low = middle
    else high = middle
  }
  return high
}

/** P(T > t) for t ≥ 0: half the regularised incomplete beta function I(df / (df + t²); df / 2, 1 / 2). */
function tail(t: number, df: number): number {
  return incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2
}

/** By the continued fraction of DiDonato and Morris (1992), as Numerical Recipes (Press et al. 2007, 6.4) evaluate it. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x))
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b
}

/** Lentz's method. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  let c = 1
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny)
  let h = d
  for (let m = 1; m <= 500; m++) {
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / (1 + term * d || tiny)
      c = 1 + term / c || tiny
      h *= d * c
    }
    if (Math.abs(d * c - 1) < 1e-14) break
  }
  return h
}

/** Lanczos's approximation, to 15 digits (g = 7, n = 9). */
function logGamma(z: number): number {
  const g = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  if (z < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * z)) - logGamma(1 - z)
  const x = z - 1
  const t = x + 7.5
  const sum = g.slice(1).reduce((s, c, i) => s + c / (x + i + 1), g[0])
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum)
}
