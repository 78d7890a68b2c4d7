/**
 * The one place that words come from. English is what stands in the sources; another language is a catalogue of it in resources/messages.
 * The language is chosen before anything is drawn (`chooseLanguage`), and changing it loads the window anew: what it shows stays in its address.
 */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import english from '../../resources/messages/en.json' with { type: 'json' }

export const languages = { en: 'English', zh: '简体中文' } as const
export type Language = keyof typeof languages

const storageKey = 'grpo-studio.language'

// Sentences are their own keys, so that neither a dot nor a colon in one separates anything; React escapes what it draws.
void i18next.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  initAsync: false,
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
  resources: { en: { translation: english } },
})

/**
 * A sentence in the person's language: `t('{{count}} runs', { count: 3 })`.
 * The singular of what counts stands in resources/messages/en.json under the sentence with `_one` after it.
 */
export function t(sentence: string, values?: Values): string {
  if (values && 'count' in values) return i18next.t(sentence, values)
  const template = templates.get(sentence) ?? templateOf(sentence)
  return values ? template.replace(/\{\{(\w+)\}\}/g, (_, name) => String(values[name] ?? '')) : template
}

type Values = Record<string, string | number | null | undefined>

/** Looked up once: a page that moves says thousands of sentences a second. */
const templates = new Map<string, string>()

function templateOf(sentence: string): string {
  const template = i18next.t(sentence, { skipInterpolation: true })
  templates.set(sentence, template)
  return template
}

const separators = { en: { things: ', ', clauses: ', ' }, zh: { things: '、', clauses: '，' } } as const

/** Things one after another. */
export const list = (things: readonly string[]): string => things.join(separators[language()].things)

/** What is said of one thing, one after another. */
export const clauses = (parts: readonly string[]): string => parts.join(separators[language()].clauses)

export const language = (): Language => (i18next.language === 'zh' ? 'zh' : 'en')

/** The choice that was kept, else the browser's. */
export function wishedLanguage(): Language {
  const kept = window.localStorage.getItem(storageKey)
  if (kept !== null && kept in languages) return kept as Language
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

export async function chooseLanguage(wish: Language): Promise<void> {
  if (wish === 'zh') {
    const { default: chinese } = await import('../../resources/messages/zh.json')
    i18next.addResourceBundle('zh', 'translation', chinese)
  }
  await i18next.changeLanguage(wish)
  templates.clear()
  document.documentElement.lang = wish === 'zh' ? 'zh-Hans' : 'en'
}

/** Keeps the choice and loads the window anew. */
export function changeLanguage(wish: Language): void {
  window.localStorage.setItem(storageKey, wish)
  window.location.reload()
}
