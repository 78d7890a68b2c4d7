import { describe, expect, it } from 'vitest'
import { aboutToken, leastLikely, strength } from '../../../src-renderer/text/token-colour.ts'

const token = {
  text: '7',
  logProb: Math.log(0.5),
  referenceLogProb: Math.log(0.25),
  entropy: 1,
  likely: [
    { text: '7', probability: 0.5 },
    { text: '\n', probability: 0.25 },
    { text: '', probability: 0.125 },
  ],
}

describe('tokens', () => {
  it('are coloured by how unlikely they were, how open the choice was, and which way they changed', () => {
    expect(strength(token, 'surprise')).toBeCloseTo(Math.log(2) / 4, 12)
    expect(strength(token, 'choice')).toBe(0.5)
    expect(strength(token, 'change')).toBeCloseTo(Math.log(2) / 3, 12)
    expect(strength({ ...token, referenceLogProb: 0 }, 'change')).toBeLessThan(0)
    expect(strength({ ...token, logProb: -99, referenceLogProb: 0 }, 'change')).toBe(-1)
    expect(strength({ ...token, logProb: -99 }, 'surprise')).toBe(1)
  })

  it('are told of in words, with what else was likely', () => {
    expect(aboutToken(token)).toBe(
      '“7” 50.0 %; choice 1.00 nats; +0.69 nats against the reference. Else: “↵” 25.0 %, the end 12.5 %',
    )
    expect(aboutToken({ ...token, text: '', end: true })).toMatch(/^the end 50\.0 %/)
  })

  it('of which another trainer told no more than the log-probability have no other colour, and no other words', () => {
    const told = { ...token, referenceLogProb: Number.NaN, entropy: Number.NaN, likely: [] }
    expect(strength(told, 'surprise')).toBeCloseTo(Math.log(2) / 4, 12)
    expect([strength(told, 'choice'), strength(told, 'change')]).toEqual([0, 0])
    expect(aboutToken(told)).toBe('“7” 50.0 %')
    expect(leastLikely([{ ...told, logProb: Number.NaN }, told], 2)).toEqual([told])
  })

  it('that were least likely are named first', () => {
    const list = [-1, -3, -2].map((logProb) => ({ ...token, logProb }))
    expect(leastLikely(list, 2).map(({ logProb }) => logProb)).toEqual([-3, -2])
  })
})
