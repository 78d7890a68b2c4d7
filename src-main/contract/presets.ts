/** Recipes that a person saved by a name of their own. */
import { z } from 'zod'
import type { RecipeInfo } from './api.ts'

export const presetName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes')

export interface Preset {
  name: string
  /** Where it lies on the host's machine; it can be launched by this path. */
  file: string
  /** Null: the file is no recipe any more. */
  info: RecipeInfo | null
  /** What is wrong with it then. */
  problem: string | null
}

/** What a person calls it, as a name of a file. */
export const presetNameOf = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
