import { describe, expect, it } from 'vitest'
import {
  defaultArrangement,
  merged,
  moved,
  ordered,
  restoredArrangement,
} from '../../../src-renderer/charts/arrangement.ts'

const charts = ['reward', 'accuracy', 'kl', 'loss'].map((id) => ({ id }))
const inOrder = (order: string[], all = charts) =>
  ordered(all, { ...defaultArrangement, order })
    .map(({ id }) => id)
    .join(' ')

describe('the arrangement of charts', () => {
  it('is that of the run until a person changes it', () => {
    expect(inOrder([])).toBe('reward accuracy kl loss')
  })

  it('a chart that is new to it stands behind the one that it follows in the run', () => {
    expect(inOrder(['loss', 'kl', 'reward'])).toBe('loss kl reward accuracy')
    expect(inOrder(['loss', 'accuracy'])).toBe('reward loss accuracy kl')
  })

  it('a chart that the run lacks takes no place', () => {
    expect(inOrder(['safety', 'kl', 'reward', 'accuracy', 'loss'])).toBe('kl reward accuracy loss')
  })

  it('moves a chart to where another is, from either side', () => {
    const ids = ['a', 'b', 'c', 'd']
    expect(moved(ids, 'd', 'b')).toEqual(['a', 'd', 'b', 'c'])
    expect(moved(ids, 'a', 'c')).toEqual(['b', 'c', 'a', 'd'])
    expect(moved(ids, 'a', 'a')).toEqual(ids)
    expect(moved(ids, 'nothing', 'a')).toEqual(ids)
  })

  it('what was arranged in another run keeps its place', () => {
    expect(merged(['kl', 'reward'], ['reward', 'safety', 'kl'])).toEqual(['kl', 'reward', 'safety'])
  })

  it('what was kept is read with care', () => {
    const kept = { order: ['kl', 3, 'kl'], hidden: 'loss', added: ['entropy'], inRow: 5 }
    expect(restoredArrangement(kept)).toEqual({ order: ['kl'], hidden: [], added: ['entropy'], inRow: 0 })
    for (const nothing of [null, undefined, 3, 'text', []])
      expect(restoredArrangement(nothing)).toEqual(defaultArrangement)
  })
})
