/**
 * Knights and knaves (Smullyan 1978): knights say only what is true, knaves only what is false; one statement a person, and exactly one way
 * in which all fits.
 */
import { z } from 'zod'
import type { Random } from '../../random.ts'
import { listed, type PuzzleFamily, sentence } from './family.ts'
import { type Relation, structureOf } from './structure.ts'

const person = z.number().int().min(0)
const atom = z.strictObject({ who: person, knight: z.boolean() })
const said = z.discriminatedUnion('says', [
  z.strictObject({ says: z.literal('is'), a: atom }),
  z.strictObject({ says: z.literal('alike'), of: z.tuple([person, person]), alike: z.boolean() }),
  z.strictObject({ says: z.enum(['and', 'or', 'if']), a: atom, b: atom }),
  z.strictObject({ says: z.enum(['exactly', 'at least', 'at most']), knights: z.number().int().min(0) }),
])
export type Said = z.infer<typeof said>

const schema = z
  .object({
    puzzle: z.literal('knights_knaves'),
    people: z
      .array(z.string().regex(/^[A-Z][a-z]{1,20}$/))
      .min(1)
      .max(16),
    /** What each of the people says, in their order. */
    statements: z.array(said),
  })
  .refine(({ people, statements }) => {
    const known = statements.every((s) => mentioned(s).every((who) => who < people.length))
    return known && statements.length === people.length && new Set(people).size === people.length
  })
export type KnightsKnaves = z.infer<typeof schema>

const names = [
  ...['Ada', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn', 'Gus', 'Hana', 'Ivo', 'June', 'Kai', 'Lea', 'Max', 'Nora', 'Otto'],
  ...['Pia', 'Quin', 'Rosa', 'Sam', 'Tess', 'Uma', 'Vera', 'Will', 'Yara', 'Zoe'],
]

/** By level: how many people there are, and how often each form of statement is drawn. */
const levels = [
  { people: 3, forms: { is: 3, alike: 1, compound: 1, count: 0 } },
  { people: 4, forms: { is: 2, alike: 2, compound: 1, count: 0 } },
  { people: 5, forms: { is: 1, alike: 2, compound: 2, count: 1 } },
  { people: 6, forms: { is: 1, alike: 1, compound: 3, count: 1 } },
  { people: 8, forms: { is: 0, alike: 1, compound: 4, count: 1 } },
]

export const knightsKnaves: PuzzleFamily<KnightsKnaves> = {
  schema,
  generate(random, level) {
    const { people: count, forms } = levels[level - 1]
    const people = random.shuffle([...names]).slice(0, count)
    for (;;) {
      const truth = people.map(() => random.next() < 0.5)
      const statements = people.map((_, speaker) => drawSaid(random, forms, speaker, truth))
      const data: KnightsKnaves = { puzzle: 'knights_knaves', people, statements }
      if (rolesOf(data, 2).length === 1) return data
    }
  },
  prompt: question,
  question,
  solution(data) {
    const [roles] = rolesOf(data, 1)
    return data.people.map((name, i) => `${name} is a ${roleOf(roles[i])}`).join(', ')
  },
  reasoning(data) {
    const [roles] = rolesOf(data, 1)
    return data.people
      .map((name, i) => {
        const what = `${name} says: ${tell(data, i)}`
        return `${what} That is ${isTrue(data.statements[i], roles)}, as ${name} is a ${roleOf(roles[i])}.`
      })
      .join(' ')
  },
  structure({ people, statements }) {
    return structureOf(
      people.map(() => ''),
      statements.flatMap((s, speaker) => relationsOf(s, speaker)),
    )
  },
  work: (data) => search(data, 1).tried,
}

/** Every assignment (true: knight) that fits, at most `most` of them. */
export const rolesOf = (data: KnightsKnaves, most: number): boolean[][] => search(data, most).found

/** Whether what is said is true of these roles. */
export function isTrue(s: Said, roles: readonly boolean[]): boolean {
  const holds = ({ who, knight }: { who: number; knight: boolean }) => roles[who] === knight
  switch (s.says) {
    case 'is':
      return holds(s.a)
    case 'alike':
      return (roles[s.of[0]] === roles[s.of[1]]) === s.alike
    case 'and':
      return holds(s.a) && holds(s.b)
    case 'or':
      return holds(s.a) || holds(s.b)
    case 'if':
      return !holds(s.a) || holds(s.b)
    default: {
      const knights = roles.filter(Boolean).length
      if (s.says === 'exactly') return knights === s.knights
      return s.says === 'at least' ? knights >= s.knights : knights <= s.knights
    }
  }
}

/** What the person of this number says, as a sentence. */
export function tell({ people, statements }: KnightsKnaves, speaker: number): string {
  const s = statements[speaker]
  const subject = (who: number) => (who === speaker ? 'I am' : `${people[who]} is`)
  const claim = ({ who, knight }: { who: number; knight: boolean }) => `${subject(who)} a ${roleOf(knight)}`
  switch (s.says) {
    case 'is':
      return sentence(claim(s.a))
    case 'alike': {
      const both = listed(
        s.of
          .toSorted((a, b) => Number(a === speaker) - Number(b === speaker))
          .map((who) => (who === speaker ? 'I' : people[who])),
      )
      return sentence(`${both} are ${s.alike ? 'of the same kind' : 'of different kinds'}`)
    }
    case 'and':
      return sentence(`${claim(s.a)}, and ${claim(s.b)}`)
    case 'or':
      return sentence(`${claim(s.a)}, or ${claim(s.b)}, or both`)
    case 'if':
      return sentence(`if ${claim(s.a)}, then ${claim(s.b)}`)
    default:
      return sentence(`${s.says} ${s.knights} of us ${s.knights === 1 ? 'is a knight' : 'are knights'}`)
  }
}

export const roleOf = (knight: boolean) => (knight ? 'knight' : 'knave')

function question(data: KnightsKnaves): string {
  const { people } = data
  const statements = people.map((name, i) => `${name} says: "${tell(data, i)}"`)
  return (
    `On an island each person is a knight, who says only what is true, or a knave, who says only what is false. ` +
    `You meet ${listed(people)}. ${statements.join(' ')} Who is what? ` +
    `Answer for each, like "${people[0]} is a …, ${people.at(-1)} is a …".`
  )
}

/** Something that this person can say: true from a knight, false from a knave. */
function drawSaid(random: Random, forms: (typeof levels)[number]['forms'], speaker: number, truth: boolean[]): Said {
  const kinds = Object.keys(forms) as (keyof typeof forms)[]
  const form = kinds[random.weighted(kinds.map((kind) => forms[kind]))]
  const others = random.shuffle(truth.map((_, i) => i).filter((i) => i !== speaker))
  const about = (who: number) => ({ who, knight: random.next() < 0.5 })
  for (;;) {
    const s = ((): Said => {
      switch (form) {
        case 'is':
          return { says: 'is', a: about(random.pick(others)) }
        case 'alike':
          return {
            says: 'alike',
            of: [random.next() < 0.5 ? speaker : others[0], others[1]],
            alike: random.next() < 0.5,
          }
        case 'compound':
          return {
            says: random.pick(['and', 'or', 'if'] as const),
            a: about(random.next() < 0.3 ? speaker : others[0]),
            b: about(others[1]),
          }
        case 'count':
          return {
            says: random.pick(['exactly', 'at least', 'at most'] as const),
            knights: 1 + random.integer(truth.length - 1),
          }
      }
    })()
    if (isTrue(s, truth) === truth[speaker]) return s
  }
}

/** Persons in order, knight before knave; what somebody said is looked at as soon as all whom it is about have a role. */
function search({ people, statements }: KnightsKnaves, most: number): { found: boolean[][]; tried: number } {
  const ready = people.map((): number[] => [])
  statements.forEach((s, speaker) => {
    const whole = !('a' in s || 'of' in s)
    ready[whole ? people.length - 1 : Math.max(speaker, ...mentioned(s))].push(speaker)
  })
  const roles: boolean[] = []
  const found: boolean[][] = []
  let tried = 0
  const place = (who: number): void => {
    if (who === people.length) {
      found.push([...roles])
      return
    }
    for (const knight of [true, false]) {
      if (found.length >= most) return
      roles[who] = knight
      tried++
      if (ready[who].every((speaker) => isTrue(statements[speaker], roles) === roles[speaker])) place(who + 1)
      roles.length = who
    }
  }
  place(0)
  return { found, tried }
}

function mentioned(s: Said): number[] {
  if (s.says === 'alike') return [...s.of]
  if (!('a' in s)) return []
  return 'b' in s ? [s.a.who, s.b.who] : [s.a.who]
}

function relationsOf(s: Said, speaker: number): Relation[] {
  const sign = ({ knight }: { knight: boolean }) => (knight ? '+' : '-')
  if (s.says === 'alike') {
    const label = `alike${s.alike}`
    // of both the same is said, whoever comes first
    return s.of.map((who) => ({ label, of: [speaker, who] }))
  }
  if (s.says === 'is') return [{ label: `is${sign(s.a)}`, of: [speaker, s.a.who] }]
  if ('b' in s) {
    const label = (a: typeof s.a, b: typeof s.a) => `${s.says}${sign(a)}${sign(b)}`
    const [a, b] = s.says !== 'if' && s.a.knight && !s.b.knight ? [s.b, s.a] : [s.a, s.b]
    if (s.says === 'if' || a.knight !== b.knight) return [{ label: label(a, b), of: [speaker, a.who, b.who] }]
    return [a, b].map(({ who }) => ({ label: label(a, b), of: [speaker, who] }))
  }
  return [{ label: `${s.says}${s.knights}`, of: [speaker] }]
}
