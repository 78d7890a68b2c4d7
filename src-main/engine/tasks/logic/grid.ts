/** Zebra puzzles: houses in a row, whose people differ in everything; clues that leave exactly one way. */
import { z } from 'zod'
import type { Random } from '../../random.ts'
import { listed, type PuzzleFamily, sentence } from './family.ts'
import { structureOf } from './structure.ts'

/** A value: which category, which of its values. */
const thing = z.tuple([z.number().int().min(0), z.number().int().min(0)])
export type Thing = z.infer<typeof thing>
const clue = z.discriminatedUnion('clue', [
  z.strictObject({ clue: z.enum(['lives', 'lives not']), a: thing, house: z.number().int().min(0) }),
  z.strictObject({ clue: z.enum(['is', 'is not', 'directly left', 'left', 'beside']), a: thing, b: thing }),
])
export type Clue = z.infer<typeof clue>

const word = z.string().regex(/^[A-Za-z]{1,20}$/)
const schema = z
  .object({
    puzzle: z.literal('grid'),
    houses: z.number().int().min(1).max(8),
    categories: z
      .array(z.strictObject({ name: word, values: z.array(word) }))
      .min(1)
      .max(6),
    clues: z.array(clue).max(200),
  })
  .refine(({ houses, categories, clues }) => {
    const words = categories.flatMap(({ values }) => values.map((value) => value.toLowerCase()))
    const known = ([c, v]: Thing) => c < categories.length && v < houses
    return (
      categories.every(({ values }) => values.length === houses) &&
      new Set(words).size === words.length &&
      clues.every((one) => known(one.a) && ('b' in one ? known(one.b) : one.house < houses))
    )
  })
export type Grid = z.infer<typeof schema>

/** House, from 0, of each value of each category. */
export type Places = readonly (readonly number[])[]

const pools = [
  { name: 'name', values: ['Ada', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn', 'Gus', 'Hana', 'Ivo', 'June'] },
  { name: 'drink', values: ['tea', 'coffee', 'milk', 'juice', 'water', 'cocoa', 'cider'] },
  { name: 'pet', values: ['cat', 'dog', 'horse', 'zebra', 'parrot', 'snail', 'rabbit'] },
  { name: 'colour', values: ['red', 'green', 'blue', 'white', 'yellow', 'black', 'pink'] },
]

/** How the person with such a value is called; other categories than these: `the one with …`. */
const called: Readonly<Record<string, (value: string) => string>> = {
  name: (value) => value,
  drink: (value) => `the one who drinks ${value}`,
  pet: (value) => `the owner of the ${value}`,
  colour: (value) => `the one in the ${value} house`,
}

/** By level: houses and categories. */
const levels = [
  { houses: 3, categories: 2 },
  { houses: 3, categories: 3 },
  { houses: 4, categories: 3 },
  { houses: 4, categories: 4 },
  { houses: 5, categories: 3 },
]

export const grid: PuzzleFamily<Grid> = {
  schema,
  generate(random, level) {
    const { houses, categories: count } = levels[level - 1]
    const [names, ...others] = pools
    const categories = [names, ...random.shuffle([...others]).slice(0, count - 1)].map(({ name, values }) => ({
      name,
      values: random.shuffle([...values]).slice(0, houses),
    }))
    const truth = categories.map(() => random.shuffle(Array.from({ length: houses }, (_, i) => i)))
    const clues: Clue[] = []
    let other: Places | undefined = truth.map((row) => [...row].reverse())
    while (other) {
      // what the newest clue says is false of a way that the others leave open
      const next = drawClue(random, houses, truth)
      if (!holds(next, other)) {
        clues.push(next)
        other = placesOf({ houses, categories, clues }, 2).find((places) => !alike(places, truth))
      }
    }
    return { puzzle: 'grid', houses, categories, clues: random.shuffle(needed(houses, categories, clues)) }
  },
  prompt: question,
  question,
  solution(data) {
    const [places] = placesOf(data, 1)
    return Array.from({ length: data.houses }, (_, house) => {
      const values = data.categories.map(({ values }, c) => values[places[c].indexOf(house)])
      return `house ${house + 1}: ${values.join(', ')}`
    }).join('; ')
  },
  reasoning: (data) =>
    `${grid.solution(data)}. ${data.clues.map((one) => `${clueText(data, one)} That holds.`).join(' ')}`,
  structure(data) {
    const [places] = placesOf(data, 1)
    // each value is known by its house in the one solution
    const at = (c: number, v: number) => c * data.houses + v
    const colours = data.categories.flatMap((_, c) => places[c].map((house) => `house${house}`))
    const siblings = data.categories.map((_, c) => ({
      label: 'category',
      of: places[c].map((_, house) => at(c, places[c].indexOf(house))),
    }))
    const relations = data.clues.map((one) => {
      if (!('b' in one)) return { label: `${one.clue}${one.house}`, of: [at(...one.a)] }
      const symmetric = one.clue === 'is' || one.clue === 'is not' || one.clue === 'beside'
      const of = [at(...one.a), at(...one.b)]
      return { label: one.clue, of: symmetric ? of.sort((a, b) => (colours[a] < colours[b] ? -1 : 1)) : of }
    })
    return structureOf(colours, [...siblings, ...relations])
  },
  work: (data) => search(data, 1).tried,
}

/** Every way that fits all clues, at most `most` of them. */
export const placesOf = (data: Omit<Grid, 'puzzle'>, most: number): Places[] => search(data, most).found

export function holds(one: Clue, places: Places): boolean {
  const a = places[one.a[0]][one.a[1]]
  if (!('b' in one)) return (a === one.house) === (one.clue === 'lives')
  const b = places[one.b[0]][one.b[1]]
  switch (one.clue) {
    case 'is':
      return a === b
    case 'is not':
      return a !== b
    case 'directly left':
      return a + 1 === b
    case 'left':
      return a < b
    case 'beside':
      return Math.abs(a - b) === 1
  }
}

export function clueText({ categories }: Pick<Grid, 'categories'>, one: Clue): string {
  const person = ([c, v]: Thing) => {
    const { name, values } = categories[c]
    return (called[name] ?? ((value: string) => `the one with ${value}`))(values[v])
  }
  if (!('b' in one))
    return sentence(`${person(one.a)} ${one.clue === 'lives' ? 'lives' : 'does not live'} in house ${one.house + 1}`)
  const verb = {
    is: 'is',
    'is not': 'is not',
    'directly left': 'lives directly to the left of',
    left: 'lives somewhere to the left of',
    beside: 'lives next to',
  }[one.clue]
  return sentence(`${person(one.a)} ${verb} ${person(one.b)}`)
}

function question(data: Grid): string {
  const { houses, categories, clues } = data
  const each = categories.map(({ name, values }) => `- ${name}: ${values.toSorted().join(', ')}`)
  const lines = clues.map((one, i) => `${i + 1}. ${clueText(data, one)}`)
  return (
    `${houses} houses stand in a row, numbered from left to right, with one person in each. They all differ in ` +
    `${listed(categories.map(({ name }) => name))}:\n${each.join('\n')}\nWhat is known:\n${lines.join('\n')}\nWho lives where? ` +
    `Answer a house at a time, like "house 1: ${categories.map(({ name }) => name).join(', ')}; house 2: …".`
  )
}

/** A clue that is true, of any form. */
function drawClue(random: Random, houses: number, truth: Places): Clue {
  const categories = truth.map((_, c) => c)
  for (;;) {
    const form = random.pick(['lives not', 'is', 'is', 'is not', 'directly left', 'left', 'beside', 'lives'] as const)
    const [c, d] = random.shuffle([...categories])
    const a: Thing = [c, random.integer(houses)]
    const b: Thing = [form === 'is' || form === 'is not' || random.next() < 0.7 ? d : c, random.integer(houses)]
    const one: Clue =
      form === 'lives' || form === 'lives not' ? { clue: form, a, house: random.integer(houses) } : { clue: form, a, b }
    if (holds(one, truth)) return one
  }
}

/** Without the clues that the others make superfluous. */
function needed(houses: number, categories: Grid['categories'], clues: readonly Clue[]): Clue[] {
  let kept = [...clues]
  for (const one of clues) {
    const without = kept.filter((other) => other !== one)
    if (placesOf({ houses, categories, clues: without }, 2).length === 1) kept = without
  }
  return kept
}

/** A house for one value after another; a clue is looked at as soon as what it is about has a house. */
function search({ houses, categories, clues }: Omit<Grid, 'puzzle'>, most: number): { found: Places[]; tried: number } {
  const at = ([c, v]: Thing) => c * houses + v
  const ready = Array.from({ length: categories.length * houses }, (_, i) =>
    clues.filter((one) => Math.max(at(one.a), 'b' in one ? at(one.b) : 0) === i),
  )
  const places = categories.map((): number[] => [])
  const found: Places[] = []
  let tried = 0
  const place = (i: number): void => {
    if (i === ready.length) {
      found.push(places.map((row) => [...row]))
      return
    }
    const row = places[Math.floor(i / houses)]
    for (let house = 0; house < houses; house++) {
      if (found.length >= most) return
      if (row.includes(house)) continue
      row.push(house)
      tried++
      if (ready[i].every((one) => holds(one, places))) place(i + 1)
      row.pop()
    }
  }
  place(0)
  return { found, tried }
}

const alike = (a: Places, b: Places) => a.every((row, c) => row.every((house, v) => house === b[c][v]))
