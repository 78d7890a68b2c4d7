/**
 * Reasoning to play with: words of the project's own prose and of sums that are worked out, chained so that each follows two that it has followed
 * before. Made once, as plain ASCII; every output is spliced from other pieces of it, and repeats some of its own, as reasoning does.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Random, randomAt } from '../../../src-main/engine/random.ts'

const docs = fileURLToPath(new URL('../../../docs', import.meta.url))

/** Of the words that are chained. */
const SUMS = 1500
const WORDS = 1_500_000
/** How often a piece is one that the output has already: so that it packs as well as reasoning does that a model wrote. */
const AGAIN = 0.25

/** Without tables, links and what is no ASCII: as it stands within a string of JSON. */
function prose(): string {
  const files = readdirSync(docs).filter((file) => file.endsWith('.md'))
  return files
    .map((file) => readFileSync(join(docs, file), 'utf8'))
    .join('\n')
    .replace(/^\|.*$/gm, '')
    .replace(/\]\([^)]*\)|[[\]"\\`]/g, '')
    .replace(/[^\x20-\x7e]+/g, ' ')
}

function sums(random: Random): string {
  const line = () => {
    const [a, b, x] = [2 + random.integer(97), 2 + random.integer(97), 1 + random.integer(30)]
    return random.pick([
      `So ${a} * ${b} is ${a * b}, and adding ${x} gives ${a * b + x}.`,
      `Let me set ${a}x + ${b} = ${a * x + b}, then ${a}x = ${a * x}, so x = ${x}.`,
      `Wait, let me check that again: ${a} + ${b} = ${a + b}, yes, that is right.`,
      `But hold on, if n = ${a}, then n^2 = ${a * a}, which is more than ${b}.`,
      `Alternatively, ${a * b} / ${b} = ${a}, so the ratio must be ${a}.`,
      `Hmm, the remainder of ${a * b + x} by ${a} is ${(a * b + x) % a}, so that case is out.`,
      `Therefore the sum of the first ${a} terms is ${(a * (a + 1)) / 2}.`,
    ])
  }
  return Array.from({ length: SUMS }, line).join(' ')
}

/** Words that follow one another as they do in the texts they come from. */
export function reasoningPool(seed: number): Buffer {
  const random = randomAt(seed, 'pool')
  const words = `${prose()} ${sums(random)}`.split(/ +/)
  const followers = new Map<string, string[]>()
  for (let i = 0; i + 2 < words.length; i++) {
    const key = `${words[i]} ${words[i + 1]}`
    const known = followers.get(key)
    if (known) known.push(words[i + 2])
    else followers.set(key, [words[i + 2]])
  }
  let [a, b] = words
  const chained = Array.from({ length: WORDS }, () => {
    const next = random.pick(followers.get(`${a} ${b}`) ?? words)
    a = b
    b = next
    return next
  })
  return Buffer.from(chained.join(' '), 'latin1')
}

const backslash = 92

/** Writes one output of so many bytes into the body, from `at` on. */
export function splice(body: Buffer, at: number, bytes: number, pool: Buffer, random: Random): void {
  const end = at + bytes
  let place = at
  while (place < end) {
    const length = Math.min(end - place, 100 + random.integer(600))
    const again = place - at > 1000 && random.next() < AGAIN
    const [from, last] = again ? [body, place - length] : [pool, pool.length - length]
    if (last < (again ? at : 0)) continue
    const start = (again ? at : 0) + random.integer(last - (again ? at : 0) + 1)
    from.copy(body, place, start, start + length)
    // neither half of a line break is copied without the other
    if (body[place] === 'n'.charCodeAt(0) && from[start - 1] === backslash) body[place] = 32
    place += length
    if (body[place - 1] === backslash) body[place - 1] = 46
    if (place + 4 < end && random.next() < 0.6) place += body.write(random.next() < 0.3 ? '\\n\\n' : '\\n', place)
  }
}
