/** A sweep made of what a person types: on the command line and in the window alike. */

/** `0, 0.001, high` → 0, 0.001 and "high": each is JSON, or else text; commas within brackets and quotes part nothing. */
export function valuesOf(text: string): unknown[] {
  return [...text.matchAll(/(?:\[[^\]]*\]|\{[^}]*\}|"[^"]*"|[^,[{"])+/g)]
    .map(([value]) => value.trim())
    .filter((value) => value !== '')
    .map((value) => {
      try {
        return JSON.parse(value) as unknown
      } catch {
        return value
      }
    })
}

export interface SweepForm {
  /** Name of a shipped recipe, or the path of a file. */
  recipe: string
  /** Values of each setting. */
  grid: Record<string, unknown[]>
  /** Rows of changes. */
  list?: unknown[]
  /** For all runs. */
  set?: Record<string, unknown>
  seeds: number
  steps?: number
  /** Without one it is called after recipe and settings. */
  name?: string
}

/** As a file has it. */
export function sweepFrom({
  recipe,
  grid,
  list = [],
  set = {},
  seeds,
  steps,
  name,
}: SweepForm): Record<string, unknown> {
  const short = recipe.replace(/^.*[/\\]/, '').replace(/\.json$/, '')
  const keys = Object.keys(grid)
  const varied = list.length > 0 ? [...keys, 'list'] : keys.length > 0 ? keys : ['seeds']
  return {
    name: name ?? slug([short, ...varied].join('-')),
    title: `${short} over ${keys.join(', ') || (list.length > 0 ? 'a list of settings' : 'seeds')}`.slice(0, 120),
    recipe,
    set,
    grid,
    list,
    seeds,
    ...(steps !== undefined && { steps }),
  }
}

const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-|-$/g, '')
