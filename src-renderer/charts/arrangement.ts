/** Which charts a person wants, in which order, and how many stand in a row. */

export interface Arrangement {
  /** Ids in the person's order; a chart that is not among them keeps its place behind the one that it follows by default. */
  order: readonly string[]
  /** Ids of charts of the default set that are not shown. */
  hidden: readonly string[]
  /** Metrics beyond the default set that are shown. */
  added: readonly string[]
  /** Charts in a row; 0 is as many as the width has room for. */
  inRow: number
}

export const defaultArrangement: Arrangement = { order: [], hidden: [], added: [], inRow: 0 }
export const rowChoices = [0, 1, 2, 3, 4, 6] as const

/** All of them in the person's order, shown or not. */
export function ordered<T extends { id: string }>(charts: readonly T[], { order }: Arrangement): T[] {
  const ids = charts.map(({ id }) => id)
  const placed = merged(
    order.filter((id) => ids.includes(id)),
    ids,
  )
  return placed.flatMap((id) => charts.find((chart) => chart.id === id) ?? [])
}

/** Those of `others` that `ids` lacks come in, each behind the one that it follows among the others. */
export function merged(ids: readonly string[], others: readonly string[]): string[] {
  const found = [...ids]
  for (const [i, id] of others.entries()) {
    if (!found.includes(id)) found.splice(found.indexOf(others[i - 1]) + 1, 0, id)
  }
  return found
}

/** Puts one where another is: before it when it comes from behind, after it when it comes from before. */
export function moved(ids: readonly string[], id: string, to: string): string[] {
  const [from, at] = [ids.indexOf(id), ids.indexOf(to)]
  if (from < 0 || at < 0 || from === at) return [...ids]
  const rest = ids.filter((other) => other !== id)
  rest.splice(at, 0, id)
  return rest
}

/** What was kept, read with care: it may be of another version, or of a person's editor. */
export function restoredArrangement(kept: unknown): Arrangement {
  const { order, hidden, added, inRow } = (kept ?? {}) as Record<string, unknown>
  const texts = (list: unknown) =>
    Array.isArray(list) ? [...new Set(list.filter((x): x is string => typeof x === 'string'))] : []
  return {
    order: texts(order),
    hidden: texts(hidden),
    added: texts(added),
    inRow: rowChoices.find((choice) => choice === inRow) ?? 0,
  }
}
