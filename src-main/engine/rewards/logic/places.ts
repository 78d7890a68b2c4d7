/** Answers that say who lives where: a house after another, or a person after another, in words, lists, tables or JSON. */
import type { Grid, Places, Thing } from '../../tasks/logic/grid.ts'

export type PlacesRead = { places: Places; problem?: undefined } | { places?: undefined; problem: string }

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth']
/** Words after which what was said is not what it seems. */
const doubts = new Set(['not', 'no', 'or', 'either', 'neither', 'nor', 'maybe', 'unknown'])

type Token = { house: number } | { value: Thing } | { end: true }

export function readPlaces(text: string, grid: Grid): PlacesRead {
  const tokens = tokensOf(text, grid)
  if ('problem' in tokens) return tokens
  const first = tokens.find((token) => !('end' in token))
  if (!first) return { problem: 'no house and no value is named' }
  const placed = 'house' in first ? byHouse(tokens) : bySegment(tokens)
  if ('problem' in placed) return placed
  return whole(placed, grid)
}

function tokensOf(text: string, { categories, houses }: Grid): Token[] | { problem: string } {
  const things = new Map(
    categories.flatMap(({ values }, c) => values.map((value, v): [string, Thing] => [value.toLowerCase(), [c, v]])),
  )
  const tokens: Token[] = []
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+|\d+|[\n;.}]/gu)) {
    const thing = things.get(word)
    const house = /\d/.test(word) ? Number(word) - 1 : ordinals.indexOf(word)
    if (thing) tokens.push({ value: thing })
    else if (/\d/.test(word) && !(house >= 0 && house < houses))
      return { problem: `there is no house ${word.slice(0, 12)}` }
    else if (house >= 0) tokens.push({ house })
    else if (/[\n;.}]/.test(word)) tokens.push({ end: true })
    else if (doubts.has(word)) return { problem: `"${word}" leaves it open` }
  }
  return tokens
}

type Placed = [Thing, number][]

/** Each number begins a house. */
function byHouse(tokens: readonly Token[]): Placed {
  const placed: Placed = []
  let at = 0
  for (const token of tokens) {
    if ('house' in token) at = token.house
    else if ('value' in token) placed.push([token.value, at])
  }
  return placed
}

/** A sentence, line or object each, with its house somewhere in it; without any number the houses come in order. */
function bySegment(tokens: readonly Token[]): Placed | { problem: string } {
  const segments: Token[][] = [[]]
  for (const token of tokens) 'end' in token ? segments.push([]) : segments.at(-1)!.push(token)
  const filled = segments.filter((segment) => segment.length > 0)
  const numbered = tokens.some((token) => 'house' in token)
  const placed: Placed = []
  for (const [i, segment] of filled.entries()) {
    const houses = segment.flatMap((token) => ('house' in token ? token.house : []))
    if (numbered && houses.length === 0) return { problem: `part ${i + 1} of it names no house` }
    let next = 0
    for (const token of segment) {
      if ('value' in token) {
        // of several houses each takes what stands before it
        const house = numbered ? (houses.length === 1 ? houses[0] : houses[next]) : i
        if (house === undefined) return { problem: `part ${i + 1} of it ends without a house` }
        placed.push([token.value, house])
      } else next++
    }
  }
  return placed
}

/** Every value has one house, every house one value of each category. */
function whole(placed: Placed, { houses, categories }: Grid): PlacesRead {
  const places = categories.map(() => Array.from({ length: houses }, () => -1))
  for (const [[c, v], house] of placed) {
    if (house >= houses) return { problem: `there is no house ${house + 1}` }
    const value = categories[c].values[v]
    const before = places[c][v]
    if (before >= 0 && before !== house)
      return { problem: `${value} is in house ${before + 1} and in house ${house + 1}` }
    const other = places[c].indexOf(house)
    if (other >= 0 && other !== v)
      return { problem: `house ${house + 1} has both ${categories[c].values[other]} and ${value}` }
    places[c][v] = house
  }
  for (const [c, row] of places.entries()) {
    const missing = row.indexOf(-1)
    if (missing >= 0) return { problem: `nothing is said of ${categories[c].values[missing]}` }
  }
  return { places }
}
