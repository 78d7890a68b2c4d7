/** The mapping of an import as it is given on the command line. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import { type ImportMap, importMapSchema } from '../contract/imports.ts'

/** @throws StudioError bad-request for what is no mapping */
export function mappingOf({ map = [], mapFile }: { map?: string[]; mapFile?: string }): ImportMap {
  const given = mapFile === undefined ? {} : mappingIn(resolve(mapFile))
  for (const one of map) {
    const at = one.indexOf('=')
    if (at < 1)
      throw new StudioError(
        'bad-request',
        `"${one}" maps nothing.`,
        'A mapping is FIELD=COLUMN: --map step=global_step',
      )
    given[one.slice(0, at)] = one.slice(at + 1)
  }
  return given
}

function mappingIn(file: string): ImportMap {
  try {
    return importMapSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new StudioError(
      'bad-request',
      `${file} is no mapping: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it must be a JSON object of fields and columns'}.`,
      'For example: { "step": "global_step", "metric.reward": "mean_reward" }',
      { cause: error },
    )
  }
}
