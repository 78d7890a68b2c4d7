/** The table of keyboard shortcuts, out of the window's own actions. */
import { code, table } from './markdown.ts'

/** What the stores of the window look at when they are loaded; in this process there is no window. */
function standInWindow(): void {
  if ('window' in globalThis) return
  const nothing = () => {}
  const storage = { getItem: () => null, setItem: nothing, removeItem: nothing }
  Object.assign(globalThis, {
    window: {
      location: { hash: '', href: 'http://127.0.0.1/' },
      history: { state: null, pushState: nothing, replaceState: nothing },
      matchMedia: () => ({ matches: false, addEventListener: nothing }),
      localStorage: storage,
      sessionStorage: storage,
      addEventListener: nothing,
    },
  })
}

/** Names of actions depend on what is going on: they are as in a window where nothing is. */
export async function shortcutTable(): Promise<string> {
  standInWindow()
  const { keyCaps, nameOf } = await import('../../src-renderer/actions/action.ts')
  const { actions } = await import('../../src-renderer/actions/index.ts')
  return table(
    ['key', 'does', 'group'],
    actions
      .filter((action) => action.keys.length > 0)
      .map((action) => [
        action.keys.map((keys) => keyCaps(keys, false).map(code).join(' ')).join(' or '),
        nameOf(action).replace('…', ''),
        action.group,
      ]),
  )
}
