import { ActionIcon, Menu } from '@mantine/core'
import {
  IconArchive,
  IconArrowBackUp,
  IconChartLine,
  IconCopy,
  IconDatabase,
  IconDots,
  IconFileExport,
  IconGitBranch,
  IconTag,
  IconTrash,
} from '@tabler/icons-react'
import { memo } from 'react'
import type { RunSummary } from '../../../src-main/contract/records.ts'
import { askBranch, familyOf } from '../../actions/branch.ts'
import { duplicate, exportRunRecipe } from '../../actions/launch.ts'
import { askNote, binRuns, setArchived } from '../../actions/marks.ts'
import { askRetention } from '../../stores/retention.ts'
import { go } from '../../stores/route.ts'
import { hasRecipe, isActive } from '../../stores/runs.ts'
import { t } from '../../text/t.ts'

const icon = { size: '0.875rem', stroke: 1.7, 'aria-hidden': true } as const

/** What else can be done with a run. */
export const RowMenu = memo(function RowMenu({ run }: { run: RunSummary }) {
  const family = familyOf(run.number)
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 0 }} withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('More about run {{number}}', { number: run.number })}>
          <IconDots size="1rem" aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {hasRecipe(run) && <Again run={run} />}
        <Menu.Item
          leftSection={<IconChartLine {...icon} />}
          onClick={() => go({ page: 'compare', runs: family.length > 1 ? family : [run.number] })}
        >
          {family.length > 1 ? t('Compare with its branches') : t('Compare…')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconTag {...icon} />} onClick={() => askNote([run.id])}>
          {t('Tags and note…')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconDatabase {...icon} />}
          onClick={() => askRetention({ runId: run.id, number: run.number })}
        >
          {t('Texts on the disk…')}
        </Menu.Item>
        <Menu.Item leftSection={<IconArchive {...icon} />} onClick={() => void setArchived([run], !run.archived)}>
          {run.archived ? t('Take out of the archive') : t('Archive')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconTrash {...icon} />}
          disabled={isActive(run.status)}
          onClick={() => void binRuns([run])}
        >
          {t('Delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
})

/** What goes by its recipe, and, where they lie here, by its checkpoints; a run of another trainer has them elsewhere. */
function Again({ run }: { run: RunSummary }) {
  return (
    <>
      <Menu.Item leftSection={<IconCopy {...icon} />} onClick={() => duplicate(run.id)}>
        {t('Duplicate…')}
      </Menu.Item>
      <Menu.Item leftSection={<IconFileExport {...icon} />} onClick={() => void exportRunRecipe(run.id)}>
        {t('Export its recipe as it went')}
      </Menu.Item>
      {run.source === null && <Branches run={run} />}
    </>
  )
}

function Branches({ run }: { run: RunSummary }) {
  return (
    <>
      <Menu.Item
        leftSection={<IconGitBranch {...icon} />}
        onClick={() => askBranch({ kind: 'fork', runId: run.id, step: null })}
      >
        {t('Fork…')}
      </Menu.Item>
      <Menu.Item
        leftSection={<IconArrowBackUp {...icon} />}
        disabled={run.status === 'abandoned'}
        onClick={() => askBranch({ kind: 'roll-back', runId: run.id, step: null })}
      >
        {t('Roll back…')}
      </Menu.Item>
    </>
  )
}
