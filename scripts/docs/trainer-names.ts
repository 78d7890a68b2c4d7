/** The table of what each setting is called on a cluster, and what is refused there. */
import { type TrainerName, trainerNames } from '../../src-main/contract/trainer-names.ts'
import { code, table } from './markdown.ts'

export function trainerNameTable(): string {
  const names = Object.keys(trainerNames.trl) as (keyof typeof trainerNames.trl)[]
  return table(
    ['setting', 'TRL', 'verl'],
    names.map((name) => [code(name), cell(trainerNames.trl[name]), cell(trainerNames.verl[name])]),
  )
}

function cell({ to, values, only, why, when, note, as }: TrainerName): string {
  const parts = [to.map(code).join(', ')]
  if (values)
    parts.push(
      Object.entries(values)
        .map(([ours, theirs]) => `${ours} → ${code(String(theirs))}`)
        .join(', '),
    )
  if (as === 'none-for-0') parts.push('None for 0')
  if (only && why) parts.push(`${only.map((one) => code(String(one))).join(', ')} alone: ${why}`)
  if (to.length === 0 && when) parts.push(withoutEffect(when))
  if (note) parts.push(note.replace(/\.$/, ''))
  const told = parts.filter((part) => part !== '')
  return told.length > 0 ? told.join('; ') : 'by the driver'
}

const withoutEffect = ({ setting, is }: NonNullable<TrainerName['when']>) =>
  is.length > 0 ? `no effect without ${code(`${setting}: ${is.join(', ')}`)}, which is refused` : 'no effect'
