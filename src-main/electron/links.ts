/** Links into the app from outside, such as `grpo-studio://run/12?step=40`. They come from anywhere: what is not known is refused. */

export const scheme = 'grpo-studio'

export type Place =
  | { address: string }
  /** Of a run by its number; the address has its id. */
  | { run: number; addressOf(id: string): string }

interface Kind {
  /** What may follow the page's name. */
  id?: RegExp
  /** Parameters that the page has. */
  query?: Record<string, RegExp>
}

const whole = /^\d{1,9}$/
const name = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const words = /^[^\p{Cc}]{1,200}$/u
const number = /^-?\d{1,9}(\.\d{1,9})?$/

const traces = {
  text: words,
  prompt: words,
  right: /^[01]$/,
  finish: /^(stop|length)$/,
  label: words,
  minReward: number,
  maxReward: number,
  minTokens: whole,
  maxTokens: whole,
  fromStep: whole,
  toStep: whole,
  stage: whole,
  language: /^[a-z]{2,10}$/,
  sort: /^-?[a-z]{1,20}$/,
}

const groups = {
  view: /^[a-z]{1,20}$/,
  step: whole,
  colour: /^[a-z]{1,20}$/,
  text: words,
  kind: words,
  signal: /^[a-z-]{1,20}$/,
  sort: /^-?[a-z]{1,20}$/,
}

const kinds: Record<string, Kind> = {
  runs: {},
  system: {},
  library: { id: /^(models|data|reward-models|checkpoints)$/ },
  alerts: {},
  settings: { query: { text: words } },
  help: { id: /^[a-z-]{1,30}$/, query: { text: words } },
  rewards: {},
  playground: {},
  compare: { id: /^\d{1,9}(,\d{1,9}){0,19}$/ },
  sweeps: { id: name },
  preferences: { id: whole },
}

/** Those that begin with a run's number. */
const ofRun: Record<string, { page: string; query: Record<string, RegExp> }> = {
  run: { page: 'live', query: { step: whole, group: whole, sample: whole, beside: /^\d{1,9}(,\d{1,9}){0,5}$/ } },
  traces: { page: 'traces', query: traces },
  groups: { page: 'groups', query: groups },
  pipeline: { page: 'pipeline', query: {} },
}

export const isLink = (text: string) => text.toLowerCase().startsWith(`${scheme}:`)

/** @returns null for what is no place in the app */
export function placeOf(link: string): Place | null {
  if (link.length > 2000 || !URL.canParse(link)) return null
  const url = new URL(link)
  if (url.protocol !== `${scheme}:` || url.username || url.password || url.port || url.hash) return null
  const { host, pathname, searchParams } = url
  const [id, ...more] = pathname.split('/').filter(Boolean)
  if (more.length > 0) return null
  if (Object.hasOwn(ofRun, host)) {
    const { page, query } = ofRun[host]
    const asked = asAllowed(searchParams, query)
    if (asked === null || !whole.test(id ?? '')) return null
    return { run: Number(id), addressOf: (run) => `#/${page}/${encodeURIComponent(run)}${asked}` }
  }
  if (!Object.hasOwn(kinds, host)) return null
  const { id: form, query = {} } = kinds[host]
  const asked = asAllowed(searchParams, query)
  if (asked === null || (id !== undefined && !form?.test(id))) return null
  return { address: `#/${host}${id === undefined ? '' : `/${id}`}${asked}` }
}

/** @returns null where one is unknown or not of its form */
function asAllowed(given: URLSearchParams, allowed: Record<string, RegExp>): string | null {
  const all = [...given]
  const right = all.every(([key, value]) => Object.hasOwn(allowed, key) && allowed[key].test(value))
  return right ? (all.length > 0 ? `?${new URLSearchParams(all)}` : '') : null
}
