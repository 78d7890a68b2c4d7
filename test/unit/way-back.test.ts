import { describe, expect, it } from 'vitest'
import { wayBack } from '../../src-main/contract/way-back.ts'

const at = (...steps: number[]) => steps.map((step) => ({ step }))

describe('the way back from an explosion', () => {
  it('leads to the newest checkpoint from before it began, with a quarter of the learning rate', () => {
    expect(wayBack(33, at(10, 20, 30), { learningRate: 2e-4 })).toEqual({ to: 20, learningRate: 5e-5 })
    expect(wayBack(35, at(10, 20, 30), { learningRate: 3e-4 })).toEqual({ to: 30, learningRate: 7.5e-5 })
  })

  it('leads to the oldest where all are from after that, and nowhere where none is before the alert', () => {
    expect(wayBack(33, at(30, 32, 33), { learningRate: 1 })?.to).toBe(30)
    expect(wayBack(3, at(3, 6), { learningRate: 1 })).toBeUndefined()
    expect(wayBack(3, [], { learningRate: 1 })).toBeUndefined()
  })
})
