import { expect, test, vi } from 'vitest'
import type { PromptAppearance } from '../../../src-main/contract/api.ts'

test('the answers nearest to a step, the later of two as near', async () => {
  vi.stubGlobal('window', { location: { hash: '' } })
  const { nearestTo, stepsOf, comparedPrompt } = await import('../../../src-renderer/stores/compared-samples.ts')
  const at = (step: number) => ({ step }) as PromptAppearance
  const all = [0, 4, 8].map(at)
  expect([0, 1, 2, 3, 6, 99].map((step) => nearestTo(all, step)?.step)).toEqual([0, 0, 4, 4, 8, 8])
  expect(nearestTo(all, null)?.step).toBe(8)
  expect(nearestTo([], 3)).toBeNull()
  expect(stepsOf([all, [at(4), at(5)]])).toEqual([0, 4, 5, 8])
  expect(comparedPrompt([], '')).toBeNull()
  expect(comparedPrompt([{ prompt: 'a', answer: '', kind: '', source: 'train' }], '')).toBe('a')
  expect(comparedPrompt([], 'b')).toBe('b')
})
