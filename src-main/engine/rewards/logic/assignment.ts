/** Answers that give each of some things one of two labels (knight or knave, true or false), in the ways in which people write them. */

export type Assignment = { values: boolean[]; problem?: undefined } | { values?: undefined; problem: string }

const fillers = new Set(
  [
    ...',;:.=>-()[]{}"\'*`|→',
    'is',
    'are',
    'a',
    'an',
    'the',
    'both',
    'all',
    'and',
    'while',
    'whereas',
    'but',
    'so',
  ].concat(['must', 'be']),
)
const negations = new Set(['not', '¬', '!', '~', '-'])

/**
 * `Ada is a knight, Ben a knave` · `Ada: knight` · `knights: Ada, Cleo; knaves: Ben` · `knight, knave, knight` (in the order of the names);
 * with `literals` also `A, not B, C`.
 * @param names in their order, each one word
 * @param labels lower-case words with what they mean
 */
export function readAssignment(
  text: string,
  names: readonly string[],
  labels: Readonly<Record<string, boolean>>,
  literals = false,
): Assignment {
  const places = new Map(names.map((name, i) => [name, i]))
  const tokens = text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []
  const labelOf = (token: string) =>
    places.has(token) || !Object.hasOwn(labels, token.toLowerCase()) ? undefined : labels[token.toLowerCase()]
  const hasLabels = tokens.some((token) => labelOf(token) !== undefined)
  const hasNames = tokens.some((token) => places.has(token))
  if (hasLabels && !hasNames)
    return inOrder(
      tokens.flatMap((token) => labelOf(token) ?? []),
      names,
    )

  const values: (boolean | undefined)[] = names.map(() => undefined)
  let clash: string | undefined
  const give = (place: number, value: boolean) => {
    if (values[place] !== undefined && values[place] !== value) clash ??= `${names[place]} is given both`
    values[place] = value
  }
  const waiting: number[] = []
  let heading: boolean | undefined
  let negated = false
  for (const token of tokens) {
    const place = places.get(token)
    const label = labelOf(token)
    if (place !== undefined) {
      if (!hasLabels && literals) give(place, !negated)
      else if (heading !== undefined) give(place, heading)
      else waiting.push(place)
      negated = false
    } else if (label !== undefined) {
      if (waiting.length === 0) heading = label
      for (const one of waiting.splice(0)) give(one, label)
    } else if (!hasLabels && literals && negations.has(token.toLowerCase())) negated = !negated
    else if (!fillers.has(token.toLowerCase())) return { problem: `"${token.slice(0, 20)}" is not understood` }
  }
  if (clash) return { problem: clash }
  if (waiting.length > 0 && hasLabels) return { problem: `nothing is said of ${names[waiting[0]]}` }
  const missing = values.indexOf(undefined)
  return missing < 0 ? { values: values as boolean[] } : { problem: `nothing is said of ${names[missing]}` }
}

/** DIMACS' own form, `1 -2 3`: each variable once by its number, negative where it is false; undefined for any other text. */
export function readLiterals(text: string, count: number): Assignment | undefined {
  const words = text.trim().split(/[\s,;]+/)
  if (!words.every((word) => /^-?\d{1,3}$/.test(word))) return undefined
  const literals = words.map(Number)
  const values: boolean[] = []
  for (const literal of literals) values[Math.abs(literal) - 1] = literal > 0
  const each = literals.length === count && Object.keys(values).length === count && values.length === count
  return each ? { values } : undefined
}

function inOrder(values: boolean[], names: readonly string[]): Assignment {
  if (values.length === names.length) return { values }
  return { problem: `${values.length} are given for ${names.length}` }
}
