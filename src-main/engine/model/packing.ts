/**
 * Packing: short examples lie behind one another in the rows of a batch, where padding would be. None attends to another, and each counts its
 * positions from 0, so that all is computed as it would be alone.
 */
import { roundedUp, type Sequence, sizeOf } from './batch.ts'

/**
 * Best-fit decreasing, as TRL's "bfd": longest first, each into the row in which it leaves the least room. A row holds as much as that of the
 * longest example with its padding, and no more: attention takes longer in long rows.
 */
export function packed(sequences: readonly Sequence[]): Sequence[] {
  const rowSize = roundedUp(sequences.reduce((most, s) => Math.max(most, sizeOf(s)), 0))
  const rows: Sequence[][] = []
  const byRoom = Array.from({ length: rowSize + 1 }, (): Sequence[][] => [])
  for (const sequence of [...sequences].sort((a, b) => sizeOf(b) - sizeOf(a))) {
    let room = sizeOf(sequence)
    while (room < rowSize && byRoom[room].length === 0) room++
    const row = byRoom[room].pop() ?? []
    if (row.length === 0) rows.push(row)
    row.push(sequence)
    byRoom[room - sizeOf(sequence)].push(row)
  }
  return rows.map(joined)
}

function joined(examples: Sequence[]): Sequence {
  if (examples.length === 1) return examples[0]
  const [first, ...others] = examples
  const ids = [...first.ids, ...others.flatMap((s) => [...s.promptIds, ...s.ids])]
  return { promptIds: first.promptIds, ids, examples }
}
