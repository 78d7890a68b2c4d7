import { describe, expect, it } from 'vitest'
import { moved } from '../../../src-renderer/parts/useRoving.ts'

describe('a list that arrow keys lead through', () => {
  it('goes one on or back, to either end, and not beyond', () => {
    expect([moved('ArrowDown', 0, 3), moved('ArrowUp', 2, 3)]).toEqual([1, 1])
    expect([moved('ArrowDown', 2, 3), moved('ArrowUp', 0, 3)]).toEqual([2, 0])
    expect([moved('Home', 2, 3), moved('End', 0, 3)]).toEqual([0, 2])
  })

  it('leaves every other key to the page', () => {
    for (const key of ['ArrowLeft', 'Enter', 'j', 'Tab']) expect(moved(key, 1, 3)).toBeNull()
  })
})
