import { language, t } from './t.ts'

/** A language's name in the person's own. @param code ISO 639-1; `und` where it cannot be told; undefined where nobody looked */
export function languageName(code: string | undefined): string {
  if (code === undefined) return t('language not known')
  if (code === 'und') return t('language cannot be told')
  return new Intl.DisplayNames([language()], { type: 'language' }).of(code) ?? code
}
