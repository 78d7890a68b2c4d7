/** Wilson's 95 % interval of a proportion (Wilson 1927). */
export function wilson(successes: number, n: number): [number, number] {
  const z = 1.959964
  const p = successes / n
  const centre = p + (z * z) / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  const scale = 1 + (z * z) / n
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)]
}
