/** The rows of a batch, spread over the lanes of a graph. */
import { expect, it } from 'vitest'
import { lanes } from '../../../src-main/engine/tensor/lanes.ts'
import { onEachBackend } from '../support/backends.ts'

onEachBackend('lanes', (backend) => {
  it('have every row once, in order, and differ by one row at most', () => {
    for (let rows = 1; rows <= 70; rows++) {
      const parts = lanes(rows)
      let next = 0
      for (const [from, count] of parts) {
        expect(from).toBe(next)
        next += count
      }
      expect(next).toBe(rows)
      const counts = parts.map(([, count]) => count)
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(1)
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    }
  })

  it('are one where operations do not run beside one another', () => {
    if (backend !== 'tensorflow') expect(lanes(64)).toEqual([[0, 64]])
  })
})
