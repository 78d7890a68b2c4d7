/** One listener for every shortcut. Keys that belong to a field, a slider, a grid or an open dialog stay theirs. */
import { actions } from '../actions/index.ts'

interface Combination {
  mod: boolean
  shift: boolean
  key: string
}

function parse(keys: string): Combination {
  const parts = keys.split(/\+(?=.)/)
  return { mod: parts.includes('mod'), shift: parts.includes('shift'), key: (parts.at(-1) as string).toLowerCase() }
}

const table = actions.flatMap((action) => action.keys.map((keys) => ({ action, combination: parse(keys) })))

function matches({ mod, shift, key }: Combination, event: KeyboardEvent): boolean {
  if (mod !== (event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== key) return false
  // Signs such as "?" and "+" need the shift key on some keyboards and not on others.
  return /^[a-z]$/.test(key) || key.length > 1 ? shift === event.shiftKey : true
}

const fieldTypes = ['text', 'number', 'search', 'password', 'email', 'url']

function belongsToTarget(event: KeyboardEvent): boolean {
  const target = event.target
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('[role="dialog"], [role="listbox"], [role="menu"]')) return true
  if (event.ctrlKey || event.metaKey) return false
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable)
    return true
  if (!(target instanceof HTMLInputElement)) return false
  if (fieldTypes.includes(target.type)) return true
  return event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End'
}

export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || belongsToTarget(event)) return
  const found = table.find(({ action, combination }) => matches(combination, event) && action.enabled())
  if (!found) return
  event.preventDefault()
  void found.action.run()
}

export function listenToKeys(): void {
  window.addEventListener('keydown', onKey)
}
