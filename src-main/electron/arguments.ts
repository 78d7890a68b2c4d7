/** What may stand behind `npm start --`, the same as for `grpo-studio serve` where it has a meaning in a window of its own. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isLink } from './links.ts'

export interface Arguments {
  recipe?: string
  assignments: string[]
  backend: string | null
  data?: string
}

/** @param argv Electron's: executable, switches of its own, the app's folder, then ours */
export function readArguments(argv: string[]): Arguments {
  // what follows a link may have been written by whoever wrote the link
  const args = argv.some(isLink) ? [] : argv.slice(1)
  const { values } = parseArgs({
    args,
    options: {
      recipe: { type: 'string' },
      set: { type: 'string', multiple: true },
      backend: { type: 'string' },
      data: { type: 'string' },
    },
    strict: false,
  })
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return {
    recipe: text(values.recipe),
    assignments: ((values.set ?? []) as unknown[]).filter((value) => typeof value === 'string'),
    backend: text(values.backend) ?? null,
    data: text(values.data) === undefined ? undefined : resolve(text(values.data)!),
  }
}
