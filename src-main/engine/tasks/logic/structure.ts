/** A text of how things are connected that does not depend on their names or order: by it, puzzles that are the same puzzle stay together. */
import { mix } from '../../random.ts'

/** Something that holds between things, in this order. */
export interface Relation {
  label: string
  of: readonly number[]
}

/**
 * Colour refinement (Weisfeiler and Leman 1968): each thing's colour is taken from the relations that it is in and the colours of the others
 * in them, three times over. Renaming or reordering never changes the text; two different structures seldom share one, and then merely count
 * as alike.
 * @param colours of the things before any relation is looked at
 */
export function structureOf(colours: readonly string[], relations: readonly Relation[]): string {
  let at = colours
  for (let round = 0; round < 3; round++) {
    const seen = at.map((): string[] => [])
    for (const { label, of } of relations) {
      const whole = `${label}(${of.map((thing) => at[thing]).join()})`
      of.forEach((thing, place) => {
        seen[thing].push(`${place}${whole}`)
      })
    }
    at = at.map((colour, thing) => hash(`${colour}:${seen[thing].sort().join(';')}`))
  }
  const whole = relations.map(({ label, of }) => `${label}(${of.map((thing) => at[thing]).join()})`)
  return hash(`${[...at].sort().join()}|${whole.sort().join(';')}`)
}

const hash = (text: string) => {
  const [a, b] = mix(text)
  return ((a >>> 0).toString(36) + (b >>> 0).toString(36)).padStart(14, '0')
}
