import { describe, expect, test } from 'vitest'
import { isLink, placeOf } from '../../../src-main/electron/links.ts'

const addressOf = (link: string) => {
  const place = placeOf(link)
  if (!place) return null
  return 'address' in place ? place.address : [place.run, place.addressOf('20260101-x')]
}

describe('a link from outside', () => {
  test.each([
    ['grpo-studio://runs', '#/runs'],
    ['grpo-studio://compare/1,2,3', '#/compare/1,2,3'],
    ['grpo-studio://sweeps/group-size', '#/sweeps/group-size'],
    ['GRPO-STUDIO://system/', '#/system'],
    ['grpo-studio://library/checkpoints', '#/library/checkpoints'],
    ['grpo-studio://help/metrics?text=kl', '#/help/metrics?text=kl'],
  ])('%s leads to %s', (link, address) => expect(addressOf(link)).toBe(address))

  test.each([
    ['grpo-studio://run/12', [12, '#/live/20260101-x']],
    ['grpo-studio://pipeline/12', [12, '#/pipeline/20260101-x']],
    ['grpo-studio://groups/12?sort=-spread', [12, '#/groups/20260101-x?sort=-spread']],
    ['grpo-studio://run/12/?step=40&group=3', [12, '#/live/20260101-x?step=40&group=3']],
    ['grpo-studio://traces/3?text=wait%20a&right=0', [3, '#/traces/20260101-x?text=wait+a&right=0']],
  ])('%s leads to a run by its number', (link, place) => expect(addressOf(link)).toEqual(place))

  test.each([
    'grpo-studio://',
    'grpo-studio:run/12',
    'grpo-studio://run',
    'grpo-studio://run/last',
    'grpo-studio://run/-1',
    'grpo-studio://run/12/../../etc',
    'grpo-studio://run/12?step=x',
    'grpo-studio://run/12?launch=1',
    'grpo-studio://run/12#/models',
    'grpo-studio://user@run/12',
    'grpo-studio://run:80/12',
    'grpo-studio://constructor/1',
    'grpo-studio://__proto__',
    'grpo-studio://runs/12',
    'grpo-studio://compare/1,2;rm',
    'grpo-studio://sweeps/%2e%2e%2fetc',
    'grpo-studio://traces/1?text=%00',
    `grpo-studio://traces/1?text=${'x'.repeat(2000)}`,
    'https://run/12',
    'javascript:alert(1)',
    'not a link',
  ])('%s leads nowhere', (link) => expect(placeOf(link)).toBeNull())

  test('is told from other arguments by its scheme', () => {
    expect(isLink('grpo-studio://run/1')).toBe(true)
    expect(isLink('/home/me/grpo-studio:x.grpo')).toBe(false)
  })
})
