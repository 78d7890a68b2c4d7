import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Box, placeOf, type Side } from '../../../src-renderer/parts/hint.ts'

const window = { width: 1000, height: 600 }
const target: fc.Arbitrary<Box> = fc.record({
  left: fc.integer({ min: 0, max: 950 }),
  top: fc.integer({ min: 0, max: 570 }),
  width: fc.integer({ min: 1, max: 50 }),
  height: fc.integer({ min: 1, max: 30 }),
})
const size = fc.record({ width: fc.integer({ min: 10, max: 320 }), height: fc.integer({ min: 10, max: 120 }) })
const side = fc.constantFrom<Side>('top', 'bottom', 'left', 'right')

describe('a hint', () => {
  it('lies within the window and never over what it belongs to', () => {
    fc.assert(
      fc.property(target, size, side, (box, { width, height }, wanted) => {
        const { left, top } = placeOf(box, { width, height }, wanted, window)
        expect(left).toBeGreaterThanOrEqual(4)
        expect(top).toBeGreaterThanOrEqual(4)
        expect(left + width).toBeLessThanOrEqual(window.width - 4)
        expect(top + height).toBeLessThanOrEqual(window.height - 4)
        const apart =
          left + width <= box.left ||
          left >= box.left + box.width ||
          top + height <= box.top ||
          top >= box.top + box.height
        expect(apart).toBe(true)
      }),
    )
  })

  it('lies on the side asked for, on the opposite one where there is no room', () => {
    const box = { left: 500, top: 300, width: 40, height: 20 }
    const own = { width: 100, height: 30 }
    expect(placeOf(box, own, 'top', window)).toEqual({ left: 470, top: 264 })
    expect(placeOf(box, own, 'bottom', window)).toEqual({ left: 470, top: 326 })
    expect(placeOf(box, own, 'left', window)).toEqual({ left: 394, top: 295 })
    expect(placeOf(box, own, 'right', window)).toEqual({ left: 546, top: 295 })
    expect(placeOf({ ...box, top: 10 }, own, 'top', window)).toEqual({ left: 470, top: 36 })
    expect(placeOf({ ...box, left: 930 }, own, 'right', window)).toEqual({ left: 824, top: 295 })
  })
})
