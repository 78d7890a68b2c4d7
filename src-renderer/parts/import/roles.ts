/** What a column may be taken as, in words, and a mapping by columns: as a person sees it, the other way round than the host. */
import {
  type ImportFamily,
  type ImportField,
  type ImportMap,
  type ImportTable,
  importFamilies,
} from '../../../src-main/contract/imports.ts'
import { t } from '../../text/t.ts'

/** Field, family or nothing. */
export type Role = ImportField | ImportFamily | ''

const fieldNames: Record<ImportField, string> = {
  step: t('step'),
  time: t('time'),
  seconds: t('seconds of the step'),
  prompt: t('prompt'),
  completion: t('completion'),
  group: t('group'),
  answer: t('reference answer'),
  domain: t('domain'),
  reward: t('reward'),
  advantage: t('advantage'),
  tokens: t('tokens'),
  finish: t('why it ended'),
}

const familyNames: Record<ImportFamily, string> = {
  metric: t('metric of the step'),
  evaluation: t('held-out measure'),
  part: t('part of the reward'),
  setting: t('setting in force'),
}

const items = (names: Record<string, string>) => Object.entries(names).map(([value, label]) => ({ value, label }))

export const roles = [
  { value: '', label: t('not read') },
  { group: t('One column each'), items: items(fieldNames) },
  { group: t('By a name'), items: items(familyNames) },
]

export interface Column {
  column: string
  role: Role
  /** Of a family. */
  name: string
  /** Of a part. */
  weight: string
  guessed: boolean
}

export const isFamily = (role: Role): role is ImportFamily => Object.hasOwn(importFamilies, role)

export function columnsOf({ columns, map, guessed }: ImportTable): Column[] {
  const fields = new Map(
    Object.entries(map).map(([field, column]) => [field.startsWith('weight.') ? '' : column, field]),
  )
  return columns.map((column) => {
    const field = fields.get(column) ?? ''
    const [role, ...rest] = field.split('.')
    const name = rest.join('.')
    const weight = role === 'part' ? (map[`weight.${name}`] ?? '1') : '1'
    return { column, role: role as Role, name: name || column, weight, guessed: guessed.includes(field) }
  })
}

export function mapOf(columns: readonly Column[]): ImportMap {
  const map: ImportMap = {}
  for (const { column, role, name, weight } of columns) {
    if (role === '') continue
    map[isFamily(role) ? `${role}.${name.trim() || column}` : role] = column
    if (role === 'part' && weight.trim() !== '1') map[`weight.${name.trim() || column}`] = weight.trim()
  }
  return map
}

/** A column takes a role; of those that only one has, the other one loses it. */
export const assigned = (columns: readonly Column[], column: string, change: Partial<Column>): Column[] =>
  columns.map((one) => {
    if (one.column === column) return { ...one, ...change, guessed: false }
    const lost = change.role !== undefined && !isFamily(change.role) && one.role === change.role
    return lost ? { ...one, role: '', guessed: false } : one
  })
