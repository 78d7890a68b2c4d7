import { SegmentedControl, Select, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { saveRuns } from '../../actions/saving.ts'
import { hint } from '../../parts/hint.ts'
import { SaveTableMenu } from '../../parts/SaveTableMenu.tsx'
import type { RunList } from '../../stores/route.ts'
import { groupings, shelves } from '../../stores/run-list.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

const shelfNames: Record<(typeof shelves)[number], string> = {
  '': t('All'),
  starred: t('Starred'),
  archived: t('Archive'),
  bin: t('Bin'),
}

const groupNames: Record<(typeof groupings)[number], string> = {
  '': t('in families'),
  recipe: t('by recipe'),
  status: t('by status'),
  tag: t('by tag'),
  none: t('one by one'),
}

/** Which runs, and in which groups; the columns sort. */
export function Tools({ list, onChange }: { list: RunList; onChange(part: Partial<RunList>): void }) {
  return (
    <search className={styles.tools}>
      <SegmentedControl
        aria-label={t('Shelf')}
        size="xs"
        value={shelves.find((shelf) => shelf === list.shelf) ?? ''}
        data={shelves.map((value) => ({ value, label: shelfNames[value] }))}
        onChange={(shelf) => onChange({ shelf })}
      />
      {list.shelf !== 'bin' && (
        <>
          <span
            {...hint(
              t('Every word must occur: in the name, a tag, the note; or as tag:x status:failed recipe:r1-mini seed:3'),
              'bottom',
            )}
            className={styles.find}
          >
            <TextInput
              aria-label={t('Find runs')}
              placeholder={t('name, tag, note, status:failed, seed:3 …')}
              size="xs"
              leftSection={<IconSearch size="0.875rem" aria-hidden="true" />}
              value={list.text}
              onChange={(event) => onChange({ text: event.currentTarget.value })}
            />
          </span>
          <Select
            aria-label={t('Grouping')}
            size="xs"
            w="8.5rem"
            allowDeselect={false}
            value={groupings.find((name) => name === list.group) ?? ''}
            data={groupings.map((value) => ({ value, label: groupNames[value] }))}
            onChange={(group) => onChange({ group: group ?? '' })}
          />
          <SaveTableMenu savings={saveRuns} size="xs" />
        </>
      )}
    </search>
  )
}
