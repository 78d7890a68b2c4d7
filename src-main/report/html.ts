/** Markup in which every value is text, unless it is markup itself: what a model wrote can never become a tag. */

export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Value = string | number | null | undefined | Markup | readonly Value[]

/** A template: values are escaped, lists are joined, null and undefined leave nothing. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(parts.map((part, i) => part + (i < values.length ? rendered(values[i]) : '')).join(''))
}

function rendered(value: Value): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Markup) return value.text
  if (typeof value === 'object') return value.map(rendered).join('')
  return escaped(String(value))
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Control characters that HTML forbids become the mark of what cannot be shown. */
export function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (c) => entities[c])
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\uFFFD')
}
