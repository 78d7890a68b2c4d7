/** Runs that grew out of others. A fork has its parent's steps before its own, and so has what a run abandoned when it was rolled back. */
import { type Db, sql } from './database.ts'

interface Member {
  number: number
  parent: number | null
  fork_step: number | null
}

/** Steps of a run's whole course that lie with one run: beyond `after`, up to `upTo`. */
export interface Segment {
  run: number
  after: number
  upTo: number
}

/** Where the whole course of a run lies, oldest part first; the last is its own. */
export function segmentsOf(db: Db, run: number): Segment[] {
  const segments: Segment[] = []
  let upTo = Number.MAX_SAFE_INTEGER
  for (let member = memberOf(db, run); member; member = memberOf(db, member.parent)) {
    const after = member.parent === null ? -1 : (member.fork_step ?? 0)
    segments.unshift({ run: member.number, after, upTo })
    upTo = Math.min(upTo, after)
  }
  return segments
}

/** The run with which a step of this run's course lies. */
export function holderOf(db: Db, run: number, step: number): number {
  return segmentsOf(db, run).find(({ after, upTo }) => step > after && step <= upTo)?.run ?? run
}

/** Of what all its ancestors and itself have, the part that belongs to its course, oldest first. */
export function acrossCourse<T>(db: Db, run: number, read: (run: number) => T[], stepOf: (item: T) => number): T[] {
  return segmentsOf(db, run).flatMap(({ run: holder, after, upTo }) =>
    read(holder).filter((item) => stepOf(item) <= upTo && (holder === run || stepOf(item) > after)),
  )
}

export const forkStepOf = (db: Db, run: number): number | null => memberOf(db, run)?.fork_step ?? null

function memberOf(db: Db, run: number | null): Member | undefined {
  return run === null
    ? undefined
    : sql<Member>(db, 'SELECT number, parent, fork_step FROM runs WHERE number = ?').get(run)
}
