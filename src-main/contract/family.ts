/** Runs as families: what was forked from a run, or abandoned by it, stands below it. */
import type { RunSummary } from './records.ts'

type Kin = Pick<RunSummary, 'number' | 'parent'>

/** @returns each run with its depth below the first of its family; families by their newest member, the newest first */
export function familyTree<R extends Kin>(runs: readonly R[]): { run: R; depth: number }[] {
  const known = new Set(runs.map(({ number }) => number))
  const childrenOf = new Map<number | null, R[]>()
  for (const run of [...runs].sort((a, b) => a.number - b.number)) {
    const parent = run.parent !== null && known.has(run.parent) ? run.parent : null
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), run])
  }
  const below = (run: R, depth: number): { run: R; depth: number }[] => [
    { run, depth },
    ...(childrenOf.get(run.number) ?? []).flatMap((child) => below(child, depth + 1)),
  ]
  const newest = (family: { run: R }[]) => Math.max(...family.map(({ run }) => run.number))
  return (childrenOf.get(null) ?? [])
    .map((root) => below(root, 0))
    .sort((a, b) => newest(b) - newest(a))
    .flat()
}

/** What this run abandoned when it was rolled back, and what that had abandoned before, oldest first. */
export function abandonedBy<R extends Kin & Pick<RunSummary, 'status'>>(runs: readonly R[], number: number): R[] {
  return runs
    .filter(({ parent, status }) => parent === number && status === 'abandoned')
    .flatMap((run) => [run, ...abandonedBy(runs, run.number)])
    .sort((a, b) => a.number - b.number)
}
