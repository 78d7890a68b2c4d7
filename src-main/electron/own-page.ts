/** The one page that there is. An address is taken apart by a parser: one that only begins alike is another's. */

export const pageScheme = 'app'
const host = 'studio'
export const page = `${pageScheme}://${host}/index.html`

export function isOwnPage(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, host: of, username, port } = new URL(address)
  return protocol === `${pageScheme}:` && of === host && username === '' && port === ''
}

/** The page at the place that the window showed, so that it can be loaded there again. */
export const pageAt = (shown: string): string => (isOwnPage(shown) ? `${page}${new URL(shown).hash}` : page)

interface Frame {
  url: string
}

/** Whether a message comes from the page itself, and not from a frame or window that somebody got into it. */
export const isOwnFrame = (frame: Frame | null, sender: { mainFrame: Frame }): boolean =>
  frame !== null && frame === sender.mainFrame && isOwnPage(frame.url)
