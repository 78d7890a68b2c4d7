import { Button, type ButtonProps } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { createElement, type FunctionComponent } from 'react'

/** Says what was done, with the way back for as long as it shows. */
export function undoable(said: string, undo: () => void): void {
  const id = `${said} ${Date.now()}`
  const onClick = () => {
    notifications.hide(id)
    undo()
  }
  // no JSX: the docs' tables read the actions without a compiler
  const message = createElement(
    Button as FunctionComponent<ButtonProps & { onClick(): void }>,
    { size: 'compact-xs', variant: 'default', mt: 4, onClick },
    'Undo',
  )
  notifications.show({ id, title: said, message, autoClose: 10_000 })
}
