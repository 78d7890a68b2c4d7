/** The window as the help shows it: made by test/e2e/screenshots.ts from the pictures of the docs. */
import type { Scheme } from '../../app/palette.ts'

export const helpPictures = ['new-run', 'live', 'group', 'steering', 'traces', 'compare', 'alerts', 'palette'] as const
export type HelpPicture = (typeof helpPictures)[number]

/** The address of it; all have the same shape. */
export const pictureOf = (name: HelpPicture, scheme: Scheme): string =>
  new URL(`./pictures/${name}-${scheme}.webp`, import.meta.url).href

export const shape = { width: 1280, height: 800 } as const
