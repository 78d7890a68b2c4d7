import { describe, expect, it } from 'vitest'
import { divergingScale, palettes, seriesColours } from '../../../src-renderer/app/palette.ts'
import { apart, type Deficiency, deficiencies, seen } from '../../support/colour-vision.ts'

const eyes: (Deficiency | null)[] = [null, ...(Object.keys(deficiencies) as Deficiency[])]
const schemes = ['dark', 'light'] as const

describe.each(schemes)('the colours in %s', (scheme) => {
  const palette = palettes[scheme]

  it.each(eyes)(
    'of the heatmap: above and below the mean are told apart with %s, and more is further from the middle',
    (eye) => {
      const colour = divergingScale(palette, 2)
      expect(apart(colour(-2), colour(2), eye)).toBeGreaterThan(0.15)
      expect(apart(colour(-1), colour(1), eye)).toBeGreaterThan(0.08)
      for (const sign of [-1, 1]) {
        const distances = [0.25, 0.5, 1, 1.5, 2].map((size) => apart(colour(0), colour(sign * size), eye))
        for (const [i, distance] of distances.entries())
          if (i > 0) expect(distance).toBeGreaterThan(distances[i - 1] + 0.005)
        expect(distances[4]).toBeGreaterThan(0.15)
      }
    },
  )

  it.each(eyes)('of right and wrong, of held-out, steering and alert are told apart with %s', (eye) => {
    expect(apart(palette.above, palette.below, eye)).toBeGreaterThan(0.12)
    expect(apart(palette.heldOut, palette.ink, eye)).toBeGreaterThan(0.1)
    expect(apart(palette.steer, palette.alert, eye)).toBeGreaterThan(0.06)
  })

  it.each(eyes)('of runs that are laid over one another are told apart with %s', (eye) => {
    const colours = seriesColours[scheme]
    const pairs = colours.flatMap((a, i) => colours.slice(i + 1).map((b) => apart(a, b, eye)))
    expect(Math.min(...pairs)).toBeGreaterThan(0.05)
  })
})

describe('seeing', () => {
  it('white and black are what they are for every eye', () => {
    for (const eye of eyes) {
      expect(seen('#ffffff', eye)[0]).toBeCloseTo(1, 2)
      expect(seen('rgb(0 0 0)', eye)[0]).toBeCloseTo(0, 5)
    }
  })

  it('red and green come near one another without the receptors that part them, blue does not', () => {
    expect(apart('#c00000', '#7a6a00', 'deuteranopia')).toBeLessThan(apart('#c00000', '#7a6a00', null) / 2)
    expect(apart('#c00000', '#0000c0', 'deuteranopia')).toBeGreaterThan(0.3)
  })
})
