/** What the system asks the app to open: links to places in it, and recipe files. They come by the command line or as events of macOS. */
import { resolve } from 'node:path'
import { reportOf } from '../contract/errors.ts'
import type { Wish } from '../contract/wish.ts'
import { isLink, placeOf, scheme } from './links.ts'

export type Opening = { link: string } | { file: string }

/** Of a recipe that opens by a double click. It is JSON like every recipe. */
export const recipeExtension = '.grpo'

const isRecipeFile = (name: string) => name.toLowerCase().endsWith(recipeExtension)

/** @param args what follows the executable; a switch and what belongs to it are passed over */
export function openingsIn(args: readonly string[], folder: string): Opening[] {
  // whoever wrote a link may have written switches beside it: then it is all that counts
  const link = args.find(isLink)
  if (link) return [{ link }]
  return args
    .filter((arg) => !arg.startsWith('-') && isRecipeFile(arg))
    .map((file) => ({ file: resolve(folder, file) }))
}

/** Of another start of the app, which handed them over; anything else in it is nothing. */
export function openingsOf(handedOver: unknown): Opening[] {
  const given = (handedOver as { openings?: unknown } | null)?.openings
  if (!Array.isArray(given)) return []
  return given.flatMap((one: unknown): Opening[] => {
    const { link, file } = (one ?? {}) as { link?: unknown; file?: unknown }
    if (typeof link === 'string' && isLink(link)) return [{ link }]
    return typeof file === 'string' && isRecipeFile(file) ? [{ file }] : []
  })
}

export interface Facts {
  /** Id of the run of this number. Rejects where there is none. */
  runId(number: number): Promise<string>
  /** Throws what is wrong with the recipe. */
  checkRecipe(file: string): void
}

export async function wishOf(opening: Opening, facts: Facts): Promise<Wish> {
  if ('file' in opening) {
    try {
      facts.checkRecipe(opening.file)
      return { kind: 'recipe', file: opening.file }
    } catch (error) {
      const { message, hint } = reportOf(error)
      return { kind: 'say', title: message, message: hint }
    }
  }
  const place = placeOf(opening.link)
  if (!place)
    return {
      kind: 'say',
      title: 'The link {{link}} leads nowhere.',
      message: 'Links look like {{example}}.',
      values: { link: shortened(opening.link), example: `${scheme}://run/12?step=40` },
    }
  if ('address' in place) return { kind: 'go', address: place.address }
  try {
    return { kind: 'go', address: place.addressOf(await facts.runId(place.run)) }
  } catch {
    return {
      kind: 'say',
      title: 'There is no run {{number}} here.',
      message: 'The link is of another data folder, or the run was deleted.',
      values: { number: place.run },
    }
  }
}

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text)
