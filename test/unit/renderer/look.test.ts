import { beforeAll, describe, expect, it, vi } from 'vitest'

let look: typeof import('../../../src-renderer/stores/look.ts')
let view: typeof import('../../../src-renderer/stores/view.ts')
let route: typeof import('../../../src-renderer/stores/route.ts')

beforeAll(async () => {
  const location = { hash: '', href: 'http://127.0.0.1:4000/#/runs' }
  const kept = new Map<string, string>()
  const localStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
  vi.stubGlobal('window', { location, localStorage })
  look = await import('../../../src-renderer/stores/look.ts')
  view = await import('../../../src-renderer/stores/view.ts')
  route = await import('../../../src-renderer/stores/route.ts')
})

describe('how the charts are looked at', () => {
  it('is what the address says; what it does not say stays', () => {
    expect(look.lookOf('#/live/1')).toEqual({})
    expect(look.lookOf('#/live/1?zoom=10-250&over=time&chart=kl&average=0&log=1')).toEqual({
      ...{ zoom: [10, 250], over: 'time', enlarged: 'kl', smooth: false, log: true },
    })
  })

  it('of nonsense is nothing', () => {
    expect(look.lookOf('#/live/1?zoom=9-3&over=moons')).toEqual({})
    expect(look.lookOf('#/live/1?zoom=a-b')).toEqual({})
  })

  it('comes back as it was from the address of the view', () => {
    route.routeStore.setState({ page: 'live', runId: '0003-x', step: 7, opened: null }, true)
    view.viewStore.setState({ zoom: [3.4, 90.2], over: 'tokens', enlarged: 'entropy', smooth: true, log: false })
    const address = look.addressOfView()
    expect(address).toBe('http://127.0.0.1:4000/#/live/0003-x?step=7&zoom=4-90&over=tokens&chart=entropy')
    expect(look.lookOf(new URL(address).hash)).toEqual({ zoom: [4, 90], over: 'tokens', enlarged: 'entropy' })
    expect(route.parseRoute(new URL(address).hash)).toEqual(route.routeStore.getState())
  })

  it('is said of charts alone', () => {
    route.routeStore.setState({ page: 'system' }, true)
    expect(look.addressOfView()).toBe('http://127.0.0.1:4000/#/system')
  })
})
