/** Why a run is not started: it would need more memory than there is. */
import { StudioError } from '../contract/errors.ts'
import type { Estimate } from '../contract/estimate.ts'

/**
 * @param estimate null: nothing is known, and nothing refused
 * @throws StudioError too-large, naming the need, what there is, and the settings that would fit
 */
export function requireMemory(estimate: Estimate | null): void {
  if (estimate?.fits !== false) return
  const { memory, machine, remedy, remedyBytes } = estimate
  const where = machine.limitedBy === 'container' ? 'this container has' : 'this machine has'
  const needs = `The run would need about ${gib(memory.bytes)} of memory, and ${where} ${gib(machine.available)} free of ${gib(machine.total)}.`
  const settings = remedy?.map(({ assignment }) => `--set '${assignment}'`).join(' ')
  const would = settings
    ? `It would fit, with ${gib(remedyBytes!)}, with ${settings}.`
    : `No setting would make it fit here, as the least would need ${gib(remedyBytes!)}: choose a smaller model, or a machine with more memory.`
  const closing = memory.bytes <= 0.95 * machine.total ? ' Closing other programs would do, too.' : ''
  throw new StudioError('too-large', needs, `${would}${closing} To try it all the same: --anyway, or Start anyway.`)
}

/** 3.25 GiB, 812 MiB, 1.2 TiB */
export function gib(bytes: number): string {
  const mib = bytes / 2 ** 20
  if (mib >= 1000 * 1024) return `${Number((mib / 2 ** 20).toPrecision(3))} TiB`
  return mib < 1000 ? `${Math.round(mib)} MiB` : `${Number((mib / 1024).toPrecision(3))} GiB`
}
