/**
 * Text that a model wrote, so that all of it is seen: control characters as their pictures, and what has no width or turns the direction of
 * writing (in which a text can pretend to be another) by its number. What joins letters of Indic and Arabic scripts stays.
 */
const unseen =
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\r(?!\n)|\p{Surrogate}/gu

export const visible = (text: string): string => text.replace(unseen, seen)

function seen(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '␡' : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** The start of it, where a line has room for no more. */
export const glimpse = (text: string, most = 300): string =>
  visible(text.length > most ? `${text.slice(0, most)}…` : text)
