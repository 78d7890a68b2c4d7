/** Settings as a file: what is written, and what is taken from one that a person gives. */
import { t } from '../text/t.ts'
import type { Explanation } from '../transport/explain.ts'
import { type Setting, settings } from './settings.ts'

const format = 'grpo-studio settings'
const version = 1

export function settingsText(): string {
  const values = Object.fromEntries(settings.map(({ id, get }) => [id, get()]))
  return `${JSON.stringify({ format, version, settings: values }, null, 2)}\n`
}

const wayOut = () => t('Choose a file that “Export” wrote, or correct the value; nothing was changed.')
const wrong = (message: string): { problem: Explanation } => ({ problem: { message, hint: wayOut() } })

/** Settings with the values that a file has for them, or what is wrong with it: then none of them is to be taken. */
export function readSettings(
  text: string,
): { chosen: { setting: Setting; value: string | boolean }[] } | { problem: Explanation } {
  let json: { format?: unknown; version?: unknown; settings?: unknown }
  try {
    json = JSON.parse(text)
  } catch (error) {
    return wrong(t('The file is not JSON: {{why}}.', { why: (error as Error).message }))
  }
  if (typeof json !== 'object' || json === null || json.format !== format)
    return wrong(t('The file holds no settings of this app: it does not say "format": "{{format}}".', { format }))
  if (json.version !== version)
    return wrong(
      t('The file is of version {{version}}, and this app reads version {{known}}.', {
        version: JSON.stringify(json.version) ?? '–',
        known: version,
      }),
    )
  if (typeof json.settings !== 'object' || json.settings === null || Array.isArray(json.settings))
    return wrong(t('The file has no "settings".'))
  const chosen: { setting: Setting; value: string | boolean }[] = []
  for (const [id, value] of Object.entries(json.settings)) {
    const setting = settings.find((one) => one.id === id)
    if (!setting) return wrong(t('There is no setting “{{id}}”.', { id }))
    const { choices, name } = setting
    const fits = choices ? choices.some((choice) => choice.value === value) : typeof value === 'boolean'
    if (!fits)
      return wrong(
        t('“{{name}}” ({{id}}) cannot be {{value}}: it takes {{takes}}.', {
          name,
          id,
          value: JSON.stringify(value),
          takes: choices ? choices.map((choice) => choice.value).join(', ') : 'true, false',
        }),
      )
    chosen.push({ setting, value: value as string | boolean })
  }
  return { chosen }
}

/** The language last: it loads the window anew. */
export function takeSettings(chosen: readonly { setting: Setting; value: string | boolean }[]): void {
  const last = (id: string) => Number(id === 'appearance.language')
  for (const { setting, value } of chosen.toSorted((a, b) => last(a.setting.id) - last(b.setting.id)))
    setting.set(value)
}

/** What begins so is how the window is arranged, and nothing that a person would miss. */
const layoutKeys = ['grpo-studio.runs', 'grpo-studio.layout']

/** Forgets how lists and charts were arranged, and loads the window anew; what this page sets stays. */
export function resetLayout(): void {
  for (const key of Object.keys(window.localStorage))
    if (layoutKeys.some((beginning) => key.startsWith(beginning))) window.localStorage.removeItem(key)
  window.location.reload()
}
