import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PuzzleKind, puzzleKinds, puzzleLevels } from '../../src-main/contract/recipe.ts'
import { readTokenizer } from '../../src-main/engine/model/tokenizer.ts'
import { type Random, randomAt } from '../../src-main/engine/random.ts'
import { logic } from '../../src-main/engine/rewards/logic/logic.ts'
import { drawLevelled } from '../../src-main/engine/tasks/families.ts'
import type { Countdown } from '../../src-main/engine/tasks/logic/countdown.ts'
import { type Clue, clueText, type Grid, holds } from '../../src-main/engine/tasks/logic/grid.ts'
import { isTrue, type KnightsKnaves, type Said, tell } from '../../src-main/engine/tasks/logic/knights-knaves.ts'
import { puzzleFamilies, puzzleOf } from '../../src-main/engine/tasks/logic/puzzles.ts'
import { isSatisfied, type Sat } from '../../src-main/engine/tasks/logic/sat.ts'
import type { Problem } from '../../src-main/engine/tasks/problem.ts'
import { questionOf } from '../../src-main/engine/tasks/question.ts'
import { evaluationSet, heldOut, trainingSet } from '../../src-main/engine/tasks/sets.ts'
import { processorTime } from '../support/processor-time.ts'

const levels = Array.from({ length: puzzleLevels }, (_, i) => i + 1)
const everyLevel = puzzleKinds.flatMap((kind) => levels.map((level): [PuzzleKind, number] => [kind, level]))

function puzzles(kind: PuzzleKind, level: number, count: number): Problem[] {
  const random = randomAt(11, kind, level)
  return Array.from({ length: count }, () => drawLevelled(random, kind, level))
}

const verdict = (problem: Problem, answer: string) =>
  logic({
    problem,
    completions: [{ text: `<think>so</think><answer>${answer}</answer>`, finished: true, tokens: 9 }],
    tokenLimit: 99,
  })[0]
const accepted = (problem: Problem, answer: string) => verdict(problem, answer).value === 1

/** Every list of `n` booleans. */
const allBooleans = (n: number) =>
  Array.from({ length: 2 ** n }, (_, i) => Array.from({ length: n }, (_, b) => ((i >> b) & 1) === 1))

function permutations(n: number): number[][] {
  if (n === 0) return [[]]
  return permutations(n - 1).flatMap((rest) => Array.from({ length: n }, (_, at) => rest.toSpliced(at, 0, n - 1)))
}

/** Every way to put each category's values into the houses: brute force, all of them. */
function* allPlaces(houses: number, categories: number): Generator<number[][]> {
  if (categories === 0) yield []
  else
    for (const places of allPlaces(houses, categories - 1))
      for (const row of permutations(houses)) yield [...places, row]
}

const kindWords = (roles: readonly boolean[], { people }: KnightsKnaves) =>
  people.map((name, i) => `${name} is a ${roles[i] ? 'knight' : 'knave'}`).join(', ')
const truthWords = (values: readonly boolean[], { variables }: Sat) =>
  variables.map((name, i) => `${name}=${values[i]}`).join(', ')
const houseWords = (places: readonly number[][], { houses, categories }: Grid) =>
  Array.from(
    { length: houses },
    (_, house) =>
      `house ${house + 1}: ${categories.map(({ values }, c) => values[places[c].indexOf(house)]).join(', ')}`,
  ).join('; ')

describe('every generated puzzle', () => {
  it.each(levels)('knights and knaves %d: of all assignments the answer alone fits, and alone is accepted', (level) => {
    for (const problem of puzzles('knights_knaves', level, 40)) {
      const puzzle = problem.data as KnightsKnaves
      const all = allBooleans(puzzle.people.length)
      const fitting = all.filter((roles) => puzzle.statements.every((s, i) => isTrue(s, roles) === roles[i]))
      expect(fitting.map((roles) => kindWords(roles, puzzle))).toEqual([problem.answer])
      expect(all.filter((roles) => accepted(problem, kindWords(roles, puzzle)))).toEqual(fitting)
    }
  })

  it.each(levels)(
    'satisfiability %d: of all assignments the answer alone satisfies, and alone is accepted',
    (level) => {
      for (const problem of puzzles('sat', level, 30)) {
        const puzzle = problem.data as Sat
        const all = allBooleans(puzzle.variables.length)
        const fitting = all.filter((values) => puzzle.clauses.every((clause) => isSatisfied(clause, values)))
        expect(fitting.map((values) => truthWords(values, puzzle))).toEqual([problem.answer])
        expect(all.filter((values) => accepted(problem, truthWords(values, puzzle)))).toEqual(fitting)
      }
    },
  )

  it.each([
    [1, 40],
    [2, 20],
    [3, 3],
  ])('zebra grid %d: of all ways the answer alone fits, and alone is accepted', (level, count) => {
    for (const problem of puzzles('grid', level, count)) {
      const puzzle = problem.data as Grid
      const fitting: string[] = []
      for (const places of allPlaces(puzzle.houses, puzzle.categories.length)) {
        const words = houseWords(places, puzzle)
        const fits = puzzle.clues.every((clue) => holds(clue, places))
        if (fits) fitting.push(words)
        if (fits !== accepted(problem, words)) throw new Error(`${words} in ${problem.prompt}`)
      }
      expect(fitting).toEqual([problem.answer])
    }
  })

  it.each([4, 5])('zebra grid %d: of all ways the answer alone fits', (level) => {
    const [problem] = puzzles('grid', level, 1)
    const puzzle = problem.data as Grid
    const fitting: string[] = []
    // the categories' permutations one after another, cut off as soon as a clue about those placed is broken
    const extend = (places: number[][]): void => {
      const known = puzzle.clues.filter((c) => c.a[0] < places.length && (!('b' in c) || c.b[0] < places.length))
      if (!known.every((clue) => holds(clue, places))) return
      if (places.length === puzzle.categories.length) fitting.push(houseWords(places, puzzle))
      else for (const row of permutations(puzzle.houses)) extend([...places, row])
    }
    extend([])
    expect(fitting).toEqual([problem.answer])
    expect(accepted(problem, problem.answer)).toBe(true)
  })

  it('countdown: an expression is accepted exactly if JavaScript finds the target and each number was given', () => {
    const random = randomAt(5, 'expressions')
    let right = 0
    for (const problem of levels.flatMap((level) => puzzles('countdown', level, 40))) {
      const { numbers, target } = problem.data as Countdown
      expect(Function(`return ${problem.answer}`)()).toBe(target)
      expect(accepted(problem, problem.answer)).toBe(true)
      for (let i = 0; i < 60; i++) {
        const expression = i % 3 === 0 ? mutated(random, problem.answer) : drawExpression(random, numbers)
        const used = (expression.match(/\d+/g) ?? []).map(Number)
        const left = [...numbers]
        const given = used.every((n) => left.includes(n) && left.splice(left.indexOf(n), 1))
        const truth = given && Math.abs(worthOf(expression) - target) < 1e-9
        if (truth) right++
        expect(accepted(problem, expression), `${expression} for ${problem.prompt}`).toBe(truth)
      }
    }
    expect(right).toBeGreaterThan(30)
  })

  it('satisfiability is answered in DIMACS too: each variable once, negative where it is false', () => {
    for (const problem of puzzles('sat', 2, 20)) {
      const { clauses, variables } = problem.data as Sat
      expect(problem.prompt).toBe(`${clauses.map((clause) => clause.join()).join(';')}=`)
      const said = (values: readonly boolean[]) => values.map((value, v) => (value ? v + 1 : -v - 1))
      for (const values of allBooleans(variables.length)) {
        const truth = clauses.every((clause) => isSatisfied(clause, values))
        for (const between of [',', ' ', '; ']) expect(accepted(problem, said(values).join(between))).toBe(truth)
        // one left out, one twice
        expect(accepted(problem, said(values).slice(1).join())).toBe(false)
        expect(accepted(problem, [...said(values), -said(values)[0]].join())).toBe(false)
      }
    }
  })

  it.each(everyLevel)(
    '%s %d: is in words for a real model, with its level in its kind, and comes again with its seed',
    (kind, level) => {
      const [problem] = puzzles(kind, level, 1)
      expect(problem).toEqual(puzzles(kind, level, 1)[0])
      expect(problem).toMatchObject({ kind: `${kind} ${level}`, domain: 'logic' })
      expect(questionOf(problem)).toMatch(/[A-Z].{80,}\.$/s)
      // what is stored is JSON
      expect(puzzleOf({ data: JSON.parse(JSON.stringify(problem.data)) })?.kind).toBe(kind)
    },
  )

  it.each(puzzleKinds)('%s: each level takes a plain search longer than the one before', (kind) => {
    const family = puzzleFamilies[kind]
    // the largest countdowns take seconds
    const work = levels.map((level) => {
      const drawn = puzzles(kind, level, kind === 'countdown' && level > 3 ? 25 : 120)
      return drawn.reduce((sum, { data }) => sum + family.work(data as never), 0) / drawn.length
    })
    for (let i = 1; i < work.length; i++) expect(work[i], `${kind} ${work}`).toBeGreaterThan(1.3 * work[i - 1])
  })
})

describe('training and held-out puzzles', () => {
  it.each(everyLevel)('%s %d: there are enough of both, and none is in both', (kind, level) => {
    const wanted = kind === 'grid' && level > 3 ? 40 : 300
    const training = trainingSet({ [kind]: 1 }, wanted, 1, { [kind]: level })
    const evaluation = evaluationSet({ [kind]: 1 }, wanted, { [kind]: level })
    expect([training.length, evaluation.length]).toEqual([wanted, wanted])
    const structures = new Set(training.map(structure))
    expect(evaluation.filter((problem) => structures.has(structure(problem)))).toEqual([])
  })

  it('a puzzle in other names and another order is the same puzzle', () => {
    const random = randomAt(3, 'twins')
    for (const kind of puzzleKinds)
      for (const problem of puzzles(kind, 2, 60)) {
        const twin = { ...problem, data: twinOf(random, problem.data as never) as unknown as Problem['data'] }
        expect(structure(twin)).toBe(structure(problem))
        expect(heldOut(twin)).toBe(heldOut(problem))
      }
  })

  it('levels are drawn from their range', () => {
    const kinds = new Set(trainingSet({ sat: 1 }, 200, 0, { sat: [2, 4] }).map((p) => p.kind))
    expect([...kinds].sort()).toEqual(['sat 2', 'sat 3', 'sat 4'])
  })

  it('countdown is in the embedded model’s vocabulary, at the two lowest levels with a solution to it', () => {
    const tokenizer = readTokenizer(join(import.meta.dirname, '../../resources/model/tokenizer.json'))
    for (const level of levels)
      for (const { prompt, answer } of puzzles('countdown', level, 20)) {
        expect(tokenizer.decode(tokenizer.encode(prompt))).toBe(prompt)
        if (level <= 2) expect(tokenizer.decode(tokenizer.encode(answer))).toBe(answer)
      }
  })
})

const structure = (problem: Problem) => {
  const { kind, family, data } = puzzleOf(problem)!
  return `${kind} ${family.structure(data)}`
}

function worthOf(expression: string): number {
  try {
    return Number(Function(`return ${expression}`)())
  } catch {
    return Number.NaN
  }
}

/** The same expression with a character changed, which may break it. */
function mutated(random: Random, expression: string): string {
  const at = random.integer(expression.length)
  return expression.slice(0, at) + random.pick([...'+-*/()12']) + expression.slice(at + 1)
}

function drawExpression(random: Random, numbers: readonly number[]): string {
  const order = random.shuffle([...numbers]).slice(0, 1 + random.integer(numbers.length))
  return order.reduce(
    (text, n, i) =>
      i === 0 ? String(n) : `${random.next() < 0.3 ? `(${text})` : text}${random.pick(['+', '-', '*', '/'])}${n}`,
    '',
  )
}

/** The same puzzle with things renamed and reordered. */
function twinOf(random: Random, data: Countdown | KnightsKnaves | Grid | Sat): unknown {
  switch (data.puzzle) {
    case 'countdown':
      return { ...data, numbers: [...data.numbers].reverse() }
    case 'sat': {
      const order = random.shuffle(data.variables.map((_, i) => i))
      const place = (v: number) => Math.sign(v) * (order[Math.abs(v) - 1] + 1)
      return { ...data, clauses: random.shuffle(data.clauses.map((clause) => clause.map(place).reverse())) }
    }
    case 'knights_knaves': {
      const order = random.shuffle(data.people.map((_, i) => i))
      const text = JSON.stringify(data.statements, (key, value) => {
        if (key === 'who') return order[value]
        return key === 'of' ? (value as number[]).map((who) => order[who]).reverse() : value
      })
      const statements = JSON.parse(text) as KnightsKnaves['statements']
      return { ...data, statements: order.map((_, i) => statements[order.indexOf(i)]) }
    }
    case 'grid': {
      const swap = random.shuffle(Array.from({ length: data.houses }, (_, i) => i))
      const categories = data.categories.map((c) => ({
        ...c,
        values: c.values.map((_, v) => c.values[swap.indexOf(v)]),
      }))
      const moved = ([c, v]: readonly number[]): [number, number] => [c, swap[v]]
      const clues = data.clues.map((c) => ('b' in c ? { ...c, a: moved(c.a), b: moved(c.b) } : { ...c, a: moved(c.a) }))
      return { ...data, categories, clues: random.shuffle(clues) }
    }
  }
}

describe('what is said', () => {
  const people = ['Ada', 'Ben', 'Cleo']
  // roles of Ada, Ben and Cleo in which it is true: k for knight, n for knave
  it.each([
    [{ says: 'is', a: { who: 1, knight: false } }, 'Ben is a knave.', 'knk nnk knn nnn'],
    [{ says: 'alike', of: [0, 2], alike: true }, 'Cleo and I are of the same kind.', 'kkk knk nkn nnn'],
    [{ says: 'alike', of: [1, 2], alike: false }, 'Ben and Cleo are of different kinds.', 'kkn knk nkn nnk'],
    [
      { says: 'and', a: { who: 1, knight: true }, b: { who: 2, knight: false } },
      'Ben is a knight, and Cleo is a knave.',
      'kkn nkn',
    ],
    [
      { says: 'or', a: { who: 1, knight: true }, b: { who: 2, knight: true } },
      'Ben is a knight, or Cleo is a knight, or both.',
      'kkk kkn knk nkk nkn nnk',
    ],
    [
      { says: 'if', a: { who: 0, knight: true }, b: { who: 1, knight: true } },
      'If I am a knight, then Ben is a knight.',
      'kkk kkn nkk nkn nnk nnn',
    ],
    [{ says: 'exactly', knights: 1 }, 'Exactly 1 of us is a knight.', 'knn nkn nnk'],
    [{ says: 'at least', knights: 2 }, 'At least 2 of us are knights.', 'kkk kkn knk nkk'],
    [{ says: 'at most', knights: 1 }, 'At most 1 of us is a knight.', 'knn nkn nnk nnn'],
  ] as [Said, string, string][])('%j', (said, words, whereTrue) => {
    const data = { puzzle: 'knights_knaves', people, statements: [said, said, said] } as KnightsKnaves
    expect(tell(data, 0)).toBe(words)
    const truths = allBooleans(3).filter((roles) => isTrue(said, roles))
    const written = truths.map((roles) => roles.map((knight) => (knight ? 'k' : 'n')).join(''))
    expect(written.sort()).toEqual(whereTrue.split(' ').sort())
  })

  const categories = [
    { name: 'name', values: ['Ada', 'Ben', 'Cleo'] },
    { name: 'pet', values: ['cat', 'dog', 'snail'] },
  ]
  // Ada lives in house 1, Cleo in 2, Ben in 3; the dog in 1, the cat in 2, the snail in 3
  const places = [
    [0, 2, 1],
    [1, 0, 2],
  ]
  it.each([
    [{ clue: 'lives', a: [0, 1], house: 2 }, 'Ben lives in house 3.', true],
    [{ clue: 'lives not', a: [1, 0], house: 1 }, 'The owner of the cat does not live in house 2.', false],
    [{ clue: 'is', a: [0, 0], b: [1, 1] }, 'Ada is the owner of the dog.', true],
    [{ clue: 'is not', a: [0, 0], b: [1, 2] }, 'Ada is not the owner of the snail.', true],
    [
      { clue: 'directly left', a: [0, 0], b: [1, 2] },
      'Ada lives directly to the left of the owner of the snail.',
      false,
    ],
    [{ clue: 'left', a: [0, 0], b: [1, 2] }, 'Ada lives somewhere to the left of the owner of the snail.', true],
    [{ clue: 'beside', a: [0, 1], b: [0, 2] }, 'Ben lives next to Cleo.', true],
    [{ clue: 'beside', a: [0, 0], b: [0, 1] }, 'Ada lives next to Ben.', false],
  ] as [Clue, string, boolean][])('%j', (clue, words, truth) => {
    expect(clueText({ categories }, clue)).toBe(words)
    expect(holds(clue, places)).toBe(truth)
  })
})

describe('the logic reward', () => {
  const [knights, sat, grid] = [puzzles('knights_knaves', 1, 1)[0], puzzles('sat', 1, 1)[0], puzzles('grid', 1, 1)[0]]
  const countdown: Problem = { ...knights, data: { puzzle: 'countdown', numbers: [3, 5, 7, 7], target: 22 } }

  it.each([
    '3*5+7',
    '7+5*3',
    '(7+(5*3))',
    '3 × 5 + 7 = 22',
    '22 = 3*5+7',
    '$3 \\times 5 + 7$',
    '\\boxed{3\\cdot 5+7}',
    '[3*5]+7.',
    '(3+5)*(7/7)+7+7',
  ])('countdown: works %j out', (answer) => {
    expect(verdict(countdown, answer)).toMatchObject(
      answer.startsWith('(3+5)')
        ? { value: 0, reason: expect.stringContaining('uses 7 more often than it is given') }
        : { value: 1, reason: expect.stringContaining('= 22, as asked') },
    )
  })

  it.each([
    ['3*5+6', 'it uses 6, which is not given'],
    ['22', 'it uses 22, which is not given'],
    ['3*5+7=23', 'it says 23, but is 22'],
    ['3*5+7-7/7', 'it uses 7 more often than it is given'],
    ['3*5-7', '3*5-7 = 8, not 22'],
    ['7/3', '7/3 = 7/3, not 22'],
    ['5/(7-7)', 'it divides by 0'],
    ['(3*5+7', 'a bracket stays open'],
    ['3*5+7)', 'a bracket closes that was not opened'],
    ['3 5 + 7', 'it uses 35, which is not given'],
    ['3*5+', 'it ends where a number should be'],
    ['-3*5', 'there is no number before -'],
    ['3(5)', 'there is no sign before a bracket'],
    ['3*5=15=15+7', 'there is more than one equals sign'],
    ['3**5', 'there is no number before *'],
    ['constructor', '"c" is no part of an expression'],
    ['', 'there is no number in it'],
  ])('countdown: says why %j is none', (answer, reason) => {
    expect(verdict(countdown, answer)).toMatchObject({ value: 0, reason: expect.stringContaining(reason) })
  })

  it('takes knights and knaves in the ways in which people write them', () => {
    const { people } = knights.data as KnightsKnaves
    const roles = knights.answer.split(', ').map((part) => part.split(' ').at(-1)!)
    const of = (role: string) => people.filter((_, i) => roles[i] === role)
    for (const answer of [
      knights.answer,
      people.map((name, i) => `**${name}**: ${roles[i].toUpperCase()}`).join('\n'),
      people
        .map((name, i) => `${name} = ${roles[i]}`)
        .reverse()
        .join('; '),
      JSON.stringify(Object.fromEntries(people.map((name, i) => [name, roles[i]]))),
      roles.join(', '),
      `Knights: ${of('knight').join(', ')}. Knaves: ${of('knave').join(' and ')}.`,
      people.map((name, i) => `${name} is a ${roles[i] === 'knight' ? 'truth-teller' : 'liar'}`).join(' and '),
    ])
      expect(verdict(knights, answer), answer).toMatchObject({ value: 1 })
    const turned = people.map((name, i) => `${name} is a ${roles[i] === 'knight' ? 'knave' : 'knight'}`).join(', ')
    expect(verdict(knights, turned).reason).toMatch(
      /^[A-Z][a-z]+, called a kn\w+, says: ".+" That would be (true|false)\.$/,
    )
    const twice = people.map((name) => `${name} is a knight, ${name} is a knave`).join(', ')
    expect(verdict(knights, twice)).toMatchObject({ value: 0, reason: `${people[0]} is given both` })
    expect(verdict(knights, `${people[0]} is a knight`).reason).toBe(`nothing is said of ${people[1]}`)
    expect(verdict(knights, knights.answer.replace('is', 'is not')).reason).toBe('"not" is not understood')
    expect(verdict(knights, 'knight').reason).toBe('1 are given for 3')
    expect(verdict(knights, '').reason).toBe(`nothing is said of ${people[0]}`)
  })

  it('takes truth values in the ways in which people write them', () => {
    const { variables } = sat.data as Sat
    const values = sat.answer.split(', ').map((part) => part.endsWith('true'))
    for (const answer of [
      variables.map((name, i) => `${name} is ${values[i]}`).join(', '),
      variables.map((name, i) => `${name}: ${values[i] ? 'T' : 'F'}`).join('\n'),
      variables.map((name, i) => `${name}=${Number(values[i])}`).join(' '),
      variables.map((name, i) => (values[i] ? name : `not ${name}`)).join(', '),
      variables.map((name, i) => (values[i] ? name : `¬${name}`)).join(' and '),
      values.join(', '),
    ])
      expect(verdict(sat, answer), answer).toMatchObject({ value: 1 })
    const turned = variables.map((name, i) => `${name}=${!values[i]}`).join(', ')
    expect(verdict(sat, turned)).toMatchObject({
      value: 0,
      reason: expect.stringMatching(/^statement \d+ is false: .+/),
    })
    expect(verdict(sat, `${variables[0]}, not ${variables[0]}`).reason).toBe(`${variables[0]} is given both`)
  })

  it('takes grids in sentences, lists, tables and JSON', () => {
    const houses = grid.answer.split('; ').map((part) => part.replace(/^house \d: /, '').split(', '))
    for (const answer of [
      grid.answer,
      houses.map((values, i) => `${i + 1}. ${values.join(' - ')}`).join('\n'),
      houses.map((values) => values.join(', ')).join('\n'),
      `| House | Name | Other |\n|---|---|---|\n${houses
        .map((values, i) => `| ${i + 1} | ${values.join(' | ')} |`)
        .reverse()
        .join('\n')}`,
      JSON.stringify(houses.map(([name, other], i) => ({ name, house: i + 1, other }))),
      JSON.stringify(Object.fromEntries(houses.map((values, i) => [`house ${i + 1}`, values]))),
      houses
        .map(([name, other], i) => `${name} lives in house ${i + 1} with ${other.toUpperCase()}.`)
        .reverse()
        .join(' '),
      houses.map((values, i) => `The ${['first', 'second', 'third'][i]} house: ${values.join(', ')}`).join(', '),
    ])
      expect(verdict(grid, answer), answer).toMatchObject({ value: 1 })
    const turned = houses
      .toReversed()
      .map((values, i) => `house ${i + 1}: ${values.join(', ')}`)
      .join('; ')
    expect(verdict(grid, turned)).toMatchObject({
      value: 0,
      reason: expect.stringMatching(/^clue \d+ does not hold: .+/),
    })
    const [[first, other], [second]] = houses
    expect(verdict(grid, `${first} 1, ${first} 2`).reason).toBe(`${first} is in house 1 and in house 2`)
    expect(verdict(grid, `1: ${first}, ${second}`).reason).toBe(`house 1 has both ${first} and ${second}`)
    expect(verdict(grid, `1: ${first}`).reason).toMatch(/^nothing is said of /)
    expect(verdict(grid, `1: ${first} or ${other}`).reason).toBe('"or" leaves it open')
    expect(verdict(grid, `7: ${first}`).reason).toBe('there is no house 7')
    expect(verdict(grid, '').reason).toBe('no house and no value is named')
  })

  it('tells how many clues hold, and gives no verdict without a puzzle', () => {
    expect(verdict(grid, grid.answer).parts).toMatchObject({ holding: (grid.data as Grid).clues.length })
    const nothing = { value: null, reason: 'the problem has no puzzle that can be read' }
    expect(verdict({ ...knights, data: undefined }, 'x')).toEqual(nothing)
    expect(verdict({ ...knights, data: { puzzle: 'sudoku' } }, 'x')).toEqual(nothing)
    expect(verdict({ ...sat, data: { ...sat.data, clauses: [[9]] } }, 'x')).toEqual(nothing)
    expect(verdict({ ...grid, data: { ...grid.data, houses: 4 } }, 'x')).toEqual(nothing)
  })

  it('judges any answer to any puzzle at once, and never throws', () => {
    const words = fc.constantFrom(
      '3',
      '5',
      '(',
      ')',
      '-',
      '*',
      '/',
      '=',
      ' ',
      '\n',
      'house',
      'not',
      'knight',
      'true',
      'A',
      ';',
      'is',
      '__proto__',
      'constructor',
    )
    const all = [knights, sat, grid, countdown]
    fc.assert(
      fc.property(fc.array(words, { maxLength: 40 }), (pieces) => {
        for (const problem of all) expect([0, 1]).toContain(verdict(problem, pieces.join(' ')).value)
      }),
      { numRuns: 1500 },
    )
    for (const piece of ['(', '3*', '((3)', '1: Ada ', 'Ada ', 'not ', '=', '\\left(', '9']) {
      const hostile = piece.repeat(1_000_000 / piece.length)
      for (const problem of all) {
        const started = processorTime()
        expect(verdict(problem, hostile)).toMatchObject({
          value: 0,
          reason: expect.stringContaining('longer than 4,000'),
        })
        const short = verdict(problem, hostile.slice(0, 3999))
        expect(short.value).toBe(0)
        expect(short.reason.length).toBeLessThan(120)
        expect(processorTime() - started, piece).toBeLessThan(1000)
      }
    }
  })
})
