import { describe, expect, test } from 'vitest'
import { StudioError } from '../../../src-main/contract/errors.ts'
import { readArguments } from '../../../src-main/electron/arguments.ts'
import { Inbox } from '../../../src-main/electron/inbox.ts'
import { type Facts, openingsIn, openingsOf, wishOf } from '../../../src-main/electron/openings.ts'

const facts: Facts = {
  runId: async (number) => {
    if (number !== 12) throw new Error('none')
    return 'twelve'
  },
  checkRecipe: (file) => {
    if (file.includes('bad')) throw new StudioError('bad-recipe', `${file}: seed: too small (it is -1).`, 'Correct it.')
  },
}

describe('what the system asks to open', () => {
  test('recipe files of the command line are meant from the folder that it was given in', () => {
    expect(openingsIn(['.', '--no-sandbox', 'mine.grpo', '/other/B.GRPO', 'notes.txt'], '/home/me')).toEqual([
      { file: '/home/me/mine.grpo' },
      { file: '/other/B.GRPO' },
    ])
  })

  test('a link takes no switches and no files beside it', () => {
    const args = ['grpo-studio://run/1', '--recipe', '/tmp/evil.json', '/tmp/evil.grpo']
    expect(openingsIn(args, '/')).toEqual([{ link: 'grpo-studio://run/1' }])
    expect(readArguments(['electron', ...args])).toEqual({
      recipe: undefined,
      assignments: [],
      backend: null,
      data: undefined,
    })
  })

  test('without a link the switches count', () => {
    const { recipe, assignments } = readArguments(['electron', '.', '--recipe', 'r1-mini', '--set', 'beta=0'])
    expect([recipe, assignments]).toEqual(['r1-mini', ['beta=0']])
  })

  test('another start hands over openings, and nothing else is taken from it', () => {
    expect(openingsOf({ openings: [{ file: '/a.grpo' }, { link: 'grpo-studio://runs' }] })).toEqual([
      { file: '/a.grpo' },
      { link: 'grpo-studio://runs' },
    ])
    for (const wrong of [
      null,
      3,
      {},
      { openings: 'x' },
      { openings: [null, { file: '/etc/passwd' }, { link: 'http://x' }] },
    ])
      expect(openingsOf(wrong)).toEqual([])
  })

  test('a link becomes a place, a good recipe the dialog', async () => {
    expect(await wishOf({ link: 'grpo-studio://run/12?step=4' }, facts)).toEqual({
      kind: 'go',
      address: '#/live/twelve?step=4',
    })
    expect(await wishOf({ file: '/a.grpo' }, facts)).toEqual({ kind: 'recipe', file: '/a.grpo' })
  })

  test('what is wrong is said with its value and a way out', async () => {
    expect(await wishOf({ file: '/bad.grpo' }, facts)).toEqual({
      kind: 'say',
      title: '/bad.grpo: seed: too small (it is -1).',
      message: 'Correct it.',
    })
    expect(await wishOf({ link: 'grpo-studio://run/99' }, facts)).toMatchObject({ kind: 'say', values: { number: 99 } })
    const long = `grpo-studio://nowhere/${'x'.repeat(500)}`
    const wish = await wishOf({ link: long }, facts)
    expect(wish.kind === 'say' && String(wish.values?.link).length).toBe(80)
  })

  test('wishes wait until the window listens, and again while it is loaded anew', () => {
    const inbox = new Inbox()
    const heard: string[] = []
    const listen = () => inbox.listens((wish) => void heard.push(wish.kind === 'go' ? wish.address : wish.kind))
    inbox.add({ kind: 'go', address: '1' })
    listen()
    inbox.add({ kind: 'go', address: '2' })
    inbox.deaf()
    inbox.add({ kind: 'go', address: '3' })
    expect(heard).toEqual(['1', '2'])
    listen()
    expect(heard).toEqual(['1', '2', '3'])
  })
})
