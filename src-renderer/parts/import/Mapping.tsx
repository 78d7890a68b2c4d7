import { Select, TextInput } from '@mantine/core'
import { t } from '../../text/t.ts'
import styles from './ImportDialog.module.css'
import { assigned, type Column, isFamily, type Role, roles } from './roles.ts'

interface MappingProps {
  columns: readonly Column[]
  /** The first rows, as text. */
  rows: readonly string[][]
  onChange(columns: Column[]): void
}

/** Every column of a table with its first values, and what it is taken as. */
export function Mapping({ columns, rows, onChange }: MappingProps) {
  const change = (column: string, more: Partial<Column>) => onChange(assigned(columns, column, more))
  return (
    <section className={styles.mapping} aria-label={t('Columns')}>
      <table>
        <thead>
          <tr>
            <th>{t('Column')}</th>
            <th>{t('First rows')}</th>
            <th>{t('Taken as')}</th>
            <th>{t('Name here')}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map(({ column, role, name, weight, guessed }, i) => (
            <tr key={column} data-unread={role === ''}>
              <th scope="row" className="mono">
                {column}
              </th>
              <td className={styles.values}>
                {rows
                  .slice(0, 3)
                  .map((row) => row[i] || '–')
                  .join(' · ')}
              </td>
              <td>
                <Select
                  aria-label={t('What {{column}} is', { column })}
                  size="xs"
                  allowDeselect={false}
                  data={roles}
                  value={role}
                  onChange={(value) => change(column, { role: (value ?? '') as Role })}
                />
              </td>
              <td>
                {isFamily(role) ? (
                  <span className={styles.name}>
                    <TextInput
                      aria-label={t('Name of {{column}}', { column })}
                      size="xs"
                      value={name}
                      onChange={(event) => change(column, { name: event.currentTarget.value })}
                    />
                    {role === 'part' && (
                      <TextInput
                        aria-label={t('Weight of {{column}}', { column })}
                        size="xs"
                        leftSection="×"
                        value={weight}
                        onChange={(event) => change(column, { weight: event.currentTarget.value })}
                      />
                    )}
                  </span>
                ) : (
                  guessed && <span className={styles.guessed}>{t('guessed')}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
