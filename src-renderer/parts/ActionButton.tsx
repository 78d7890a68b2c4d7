import { ActionIcon, Button, type ButtonProps } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Action } from '../actions/action.ts'
import { hint } from './hint.ts'
import { useAction } from './useAction.ts'

export function ActionButton({ action, icon, ...props }: { action: Action; icon?: ReactNode } & ButtonProps) {
  const { name, enabled, tip, run } = useAction(action)
  return (
    <Button {...props} {...hint(tip)} leftSection={icon} disabled={!enabled} onClick={run}>
      {name}
    </Button>
  )
}

export function ActionIconButton({ action, icon, pressed }: { action: Action; icon: ReactNode; pressed?: boolean }) {
  const { name, enabled, tip, run } = useAction(action)
  return (
    <ActionIcon
      {...hint(tip)}
      variant={pressed ? 'light' : 'subtle'}
      color={pressed ? 'violet' : 'gray'}
      size="sm"
      disabled={!enabled}
      aria-label={name}
      aria-pressed={pressed}
      onClick={run}
    >
      {icon}
    </ActionIcon>
  )
}
