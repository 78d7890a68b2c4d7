/** What the shell says outside of the window, from the window's catalogue: in the language that it chose, until then in the system's. */
import chinese from '../../resources/messages/zh.json' with { type: 'json' }

const languages = ['en', 'zh'] as const
type Language = (typeof languages)[number]

let language: Language = 'en'

/** @param wish as the window says it, or a locale @returns whether that is another one than before */
export function speak(wish: unknown): boolean {
  const next = languages.find((one) => typeof wish === 'string' && wish.toLowerCase().startsWith(one)) ?? 'en'
  const changed = next !== language
  language = next
  return changed
}

/** As the window's own: English is what stands in the sources. */
export function t(sentence: string, values: Record<string, string | number> = {}): string {
  const template = language === 'zh' ? ((chinese as Record<string, string>)[sentence] ?? sentence) : sentence
  return template.replace(/\{\{(\w+)\}\}/g, (whole, name) => String(values[name] ?? whole))
}
