import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconPlayerSkipForward, IconRepeat, IconRowInsertBottom } from '@tabler/icons-react'
import { memo } from 'react'
import { insertStage, repeatStage, skipStage } from '../../../actions/plan.ts'
import { hint } from '../../../parts/hint.ts'
import { useAction } from '../../../parts/useAction.ts'
import { t } from '../../../text/t.ts'
import { useDetail } from '../data.ts'

const icon = { size: '0.875rem', stroke: 1.7, 'aria-hidden': true } as const

/** What can be done about the stages to come. */
export const PlanMenu = memo(function PlanMenu() {
  const detail = useDetail()
  const repeat = useAction(repeatStage)
  const insert = useAction(insertStage)
  const coming = detail?.stages.filter((stage) => stage.stage > detail.stage) ?? []
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 0 }} withinPortal disabled={!repeat.enabled}>
      <Menu.Target>
        <ActionIcon
          {...hint(t('Change the stages to come'), 'bottom')}
          variant="subtle"
          color="gray"
          size="sm"
          disabled={!repeat.enabled}
          aria-label={t('Change the stages to come')}
        >
          <IconDots size="1rem" aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconRepeat {...icon} />} onClick={repeat.run}>
          {repeat.name}
        </Menu.Item>
        {coming.map(({ stage, name }) => (
          <Menu.Item
            key={stage}
            leftSection={<IconPlayerSkipForward {...icon} />}
            onClick={() => void skipStage(stage)}
          >
            {t('Skip {{stage}}, {{name}}', { stage: stage + 1, name })}
          </Menu.Item>
        ))}
        <Menu.Item leftSection={<IconRowInsertBottom {...icon} />} onClick={insert.run}>
          {insert.name}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
})
