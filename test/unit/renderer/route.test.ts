import { beforeAll, describe, expect, it, vi } from 'vitest'

let route: typeof import('../../../src-renderer/stores/route.ts')
let client: typeof import('../../../src-renderer/transport/client.ts')

beforeAll(async () => {
  vi.stubGlobal('window', { location: { hash: '' } })
  route = await import('../../../src-renderer/stores/route.ts')
  client = await import('../../../src-renderer/transport/client.ts')
})

const noList = { view: '', step: '', colour: '', text: '', kind: '', signal: '', sort: '' }
const none = {
  ...{ text: '', regex: '', prompt: '', right: '', language: '', stage: '', finish: '', label: '', sort: '' },
  ...{ minReward: '', maxReward: '', minTokens: '', maxTokens: '', fromStep: '', toStep: '' },
}

describe('the address', () => {
  it.each([
    [{ page: 'runs', list: { shelf: '', text: '', group: '', sort: '' } }],
    [{ page: 'runs', list: { shelf: 'starred', text: 'tag:a b', group: 'recipe', sort: '-accuracy' } }],
    [{ page: 'system' }],
    [{ page: 'library', section: 'models' }],
    [{ page: 'library', section: 'checkpoints' }],
    [{ page: 'alerts', filters: { kind: '', run: '', seen: '' } }],
    [{ page: 'alerts', filters: { kind: 'kl-jump', run: '3', seen: 'no' } }],
    [{ page: 'settings', text: '' }],
    [{ page: 'settings', text: 'dark & light' }],
    [{ page: 'help', topic: null, text: '' }],
    [{ page: 'help', topic: 'metrics', text: 'clip ε' }],
    [{ page: 'playground' }],
    [{ page: 'preferences', set: null }],
    [{ page: 'preferences', set: 3 }],
    [{ page: 'measure', shown: null, against: null }],
    [{ page: 'measure', shown: 'e3', against: '12@170' }],
    [{ page: 'compare', runs: [] }],
    [{ page: 'compare', runs: [12, 3] }],
    [{ page: 'compare', runs: [12, 3], samples: { prompt: '', step: '' } }],
    [{ page: 'compare', runs: [12], samples: { prompt: '1+1= &?#', step: '40' } }],
    [{ page: 'sweeps', name: null }],
    [{ page: 'sweeps', name: 'clip-ratio-2' }],
    [{ page: 'reward-models', names: [] }],
    [{ page: 'reward-models', names: ['helpful-1'] }],
    [{ page: 'reward-models', names: ['helpful-1', 'helpful.2_b'] }],
    [{ page: 'groups', runId: null, list: noList }],
    [{ page: 'groups', runId: 'a b', list: { ...noList, view: 'step', step: '7', text: '1+1=', sort: '-solved' } }],
    [{ page: 'traces', runId: null, filters: none }],
    [{ page: 'traces', runId: 'a b', filters: { ...none, text: 'wait &?#', right: '0', sort: '-reward' } }],
    [{ page: 'live', runId: null, step: null, opened: null }],
    [{ page: 'live', runId: '0004-r1 zero/mini', step: 57, opened: null }],
    [{ page: 'live', runId: 'a', step: null, opened: null, beside: [3, 12] }],
    [{ page: 'live', runId: 'a', step: 57, opened: { kind: 'group', step: 57, group: 3, sample: null } }],
    [{ page: 'live', runId: 'a', step: 57, opened: { kind: 'group', step: 57, group: 3, sample: 0 } }],
    [{ page: 'live', runId: 'a', step: null, opened: { kind: 'prompt', prompt: '75+73=&?#', step: 25 } }],
    [{ page: 'live', runId: 'a', step: 3, opened: { kind: 'prompt', prompt: '1+1=', step: null } }],
  ] as const)('tells the whole place: %j', (place) => {
    expect(route.parseRoute(route.routeHash(place))).toEqual(place)
  })

  it('of what was the page of models leads to the library', () => {
    expect(route.parseRoute('#/models')).toEqual({ page: 'library', section: 'models' })
    expect(route.parseRoute('#/library/nowhere')).toEqual({ page: 'library', section: 'models' })
  })

  it('of nonsense is the live page', () => {
    for (const hash of ['', '#/', '#/nowhere', '#/live/?step=abc&group=-1'])
      expect(route.parseRoute(hash)).toEqual({ page: 'live', runId: null, step: null, opened: null })
  })
})

describe('the token', () => {
  const place = (href: string) => {
    const kept = new Map<string, string>()
    const replaceState = vi.fn()
    const take = (at = href) =>
      client.takeToken(
        { href: at } as Location,
        { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => kept.set(k, v) } as never,
        { replaceState, state: null } as unknown as History,
      )
    return { take, replaceState }
  }

  it('leaves the address and is remembered for this tab', () => {
    const { take, replaceState } = place('http://127.0.0.1:4776/?token=secret#/runs')
    expect(take()).toBe('secret')
    expect(String(replaceState.mock.calls[0][2])).toBe('http://127.0.0.1:4776/#/runs')
    expect(take('http://127.0.0.1:4776/#/runs')).toBe('secret')
  })

  it('is null when none was ever given', () => {
    expect(place('http://127.0.0.1:4776/').take()).toBeNull()
  })
})
