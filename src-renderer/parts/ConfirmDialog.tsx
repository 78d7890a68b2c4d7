import { Button, Group, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { t } from '../text/t.ts'

interface Props {
  opened: boolean
  onClose(): void
  title: string
  /** What it comes to. */
  children: ReactNode
  /** Of the way back. */
  keep: string
  confirm: string
  onConfirm(): void
  /** Where Enter leads at once: back, unless a key or button asked for just this. */
  focus?: 'keep' | 'confirm'
  /** A way elsewhere. */
  elsewhere?: ReactNode
}

/** Asks before what cannot be undone. */
export function ConfirmDialog(props: Props) {
  const { opened, onClose, title, children, keep, confirm, onConfirm, focus = 'keep', elsewhere } = props
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="sm" closeButtonProps={{ 'aria-label': t('Close') }}>
      <p>{children}</p>
      <Group justify="flex-end" mt="lg" gap="xs">
        {elsewhere}
        <Button variant="default" data-autofocus={focus === 'keep' || undefined} onClick={onClose}>
          {keep}
        </Button>
        <Button color="red" data-autofocus={focus === 'confirm' || undefined} onClick={onConfirm}>
          {confirm}
        </Button>
      </Group>
    </Modal>
  )
}
