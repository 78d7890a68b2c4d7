/** A command: the same record serves the button, the palette, the keyboard and the tests. */
export type ActionGroup =
  | 'Go to'
  | 'Run'
  | 'Steer'
  | 'Charts'
  | 'Groups'
  | 'Playground'
  | 'Traces'
  | 'Measure'
  | 'Preferences'
  | 'Window'

export interface Action {
  id: string
  /** What it does now; may depend on the state ("Pause" or "Go on"). */
  name: string | (() => string)
  group: ActionGroup
  /** Keys in the notation of @mantine/hooks: "mod+K", "shift+N". The first is shown. */
  keys: string[]
  /** More words to find it by. */
  words?: string
  enabled: () => boolean
  run: () => unknown
}

export const nameOf = (action: Action): string => (typeof action.name === 'function' ? action.name() : action.name)

const symbols: Record<string, string> = {
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
  escape: 'Esc',
  enter: '↵',
  shift: '⇧',
}

const onMac = /Mac|iP/.test(navigator.platform)

/** "mod+K" → ["Ctrl", "K"] (⌘ on a Mac). */
export function keyCaps(keys: string, mac = onMac): string[] {
  return keys
    .split(/\+(?=.)/)
    .map((key) => (key === 'mod' ? (mac ? '⌘' : 'Ctrl') : (symbols[key.toLowerCase()] ?? key)))
}

/** The one after this, the first after the last: for commands that go through a list. */
export const following = <T>(list: readonly T[], now: T): T => list[(list.indexOf(now) + 1) % list.length]
