/** Small files of preferences that the fixture's tokens can write. */

/** JSON lines of pairs: of two numbers the one with more digits equal to 1 is the better. */
export function preferencesOfOnes(count: number, from = 0): string {
  const digits = [1, 1, 4, 7]
  const lines: string[] = []
  for (let i = from; lines.length < count; i++) {
    const pick = (n: number) => digits[(Math.imul(n + 1, 2_654_435_761) >>> 11) % 4]
    const number = (k: number) => [0, 1, 2].map((d) => pick(i * 6 + k * 3 + d)).join('')
    const [a, b] = [number(0), number(1)]
    const ones = (text: string) => text.split('1').length
    if (ones(a) === ones(b)) continue
    const [chosen, rejected] = ones(a) > ones(b) ? [a, b] : [b, a]
    const wrap = (text: string) => `<think>3</think><answer>${text}</answer>`
    lines.push(JSON.stringify({ prompt: `${i % 90}+${(i * 7) % 90}=`, chosen: wrap(chosen), rejected: wrap(rejected) }))
  }
  return `${lines.join('\n')}\n`
}

/** JSON lines of pairs of which a coin says which is the better. */
export function preferencesOfACoin(count: number): string {
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = [(i * 37) % 89, 100 + ((i * 53 + 11) % 97)].map((n) => `<answer>${n}</answer>`)
    const [chosen, rejected] = (Math.imul(i, 2_654_435_761) >>> 9) % 2 === 0 ? [a, b] : [b, a]
    return JSON.stringify({ prompt: `${i % 90}+${(i * 7) % 90}=`, chosen, rejected })
  }).join('\n')
}
