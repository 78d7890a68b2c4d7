import { Button, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { tableFormats } from '../../src-main/contract/table.ts'
import { formatNames, type Savings } from '../actions/saving.ts'
import { t } from '../text/t.ts'
import { useAction } from './useAction.ts'

/** A table as a file, in the format that is chosen. */
export function SaveTableMenu({ savings, size = 'compact-sm' }: { savings: Savings; size?: string }) {
  const { enabled } = useAction(savings.csv)
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 0 }} withinPortal>
      <Menu.Target>
        <Button
          variant="default"
          size={size}
          disabled={!enabled}
          leftSection={<IconDownload size="0.875rem" aria-hidden="true" />}
        >
          {t('Save')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <SaveTableItems savings={savings} />
      </Menu.Dropdown>
    </Menu>
  )
}

export function SaveTableItems({ savings }: { savings: Savings }) {
  return tableFormats.map((format) => (
    <Menu.Item key={format} onClick={() => void savings[format].run()}>
      {formatNames[format]}
    </Menu.Item>
  ))
}
