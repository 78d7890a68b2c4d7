import { describe, expect, it } from 'vitest'
import { abandonedBy, familyTree } from '../../src-main/contract/family.ts'

const run = (number: number, parent: number | null = null, status: 'finished' | 'abandoned' = 'finished') => ({
  number,
  parent,
  status,
})

describe('a family of runs', () => {
  it('stands together below its first, the family with the newest member first', () => {
    const runs = [run(1), run(2), run(3, 1), run(4), run(5, 3), run(6, 1, 'abandoned')]
    expect(familyTree(runs).map((r) => [r.run.number, r.depth])).toEqual([
      [1, 0],
      [3, 1],
      [5, 2],
      [6, 1],
      [4, 0],
      [2, 0],
    ])
  })

  it('whose first is not there begins with those below it', () => {
    expect(familyTree([run(7, 3), run(8, 7)]).map((r) => [r.run.number, r.depth])).toEqual([
      [7, 0],
      [8, 1],
    ])
  })

  it('tells what a run abandoned, at any remove, and no fork', () => {
    const runs = [run(1), run(2, 1), run(3, 4, 'abandoned'), run(4, 1, 'abandoned'), run(5, 2, 'abandoned')]
    expect(abandonedBy(runs, 1).map(({ number }) => number)).toEqual([3, 4])
    expect(abandonedBy(runs, 2).map(({ number }) => number)).toEqual([5])
  })
})
