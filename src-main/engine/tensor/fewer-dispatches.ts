/** The same results with fewer dispatches: what is computed twice is computed once, and what nothing needs not at all. */
import type { Dispatch, Noted, Place } from './dispatches.ts'
import { ALIGNMENT, bytesKey } from './webgpu-backend.ts'

/** Of dispatches that compute the same of the same, the first. */
export function computedOnce({ dispatches, outputs }: Noted): Noted {
  const writes = new Map<Place, number>()
  for (const { written } of dispatches) writes.set(written, (writes.get(written) ?? 0) + 1)
  const numbers = new Map<unknown, number>()
  const numberOf = (thing: unknown) => {
    if (!numbers.has(thing)) numbers.set(thing, numbers.size)
    return numbers.get(thing)
  }
  const first = new Map<string, Place>()
  const same = new Map<Place, Place>()
  const now = (place: Place) => {
    if (place.constant && place.bytes <= ALIGNMENT) {
      const key = `constant ${bytesKey(place.constant)}`
      if (!first.has(key)) first.set(key, place)
      return first.get(key)!
    }
    return same.get(place) ?? place
  }
  const kept: Dispatch[] = []
  for (const dispatch of dispatches) {
    const { pipeline, workgroups, written, uniforms } = dispatch
    const read = dispatch.read.map(now)
    if ([written, ...read].every((place) => (writes.get(place) ?? 0) <= 1)) {
      const key = `${numberOf(pipeline)} ${workgroups} ${read.map(numberOf)} ${bytesKey(uniforms)}`
      const before = first.get(key)
      if (before) {
        same.set(written, before)
        continue
      }
      first.set(key, written)
    }
    kept.push({ ...dispatch, read })
  }
  return {
    dispatches: kept,
    outputs: outputs.map((output) => ({ ...output, place: same.get(output.place) ?? output.place })),
  }
}

/** Without what no output depends on. */
export function needed({ dispatches, outputs }: Noted): Noted {
  const wanted = new Set(outputs.map(({ place }) => place))
  const kept = dispatches.toReversed().filter(({ written, read }) => {
    if (!wanted.has(written)) return false
    for (const place of read) wanted.add(place)
    return true
  })
  return { dispatches: kept.reverse(), outputs }
}
