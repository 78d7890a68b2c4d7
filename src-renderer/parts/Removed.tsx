import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'

/** Says that something was removed, with the way back for as long as it shows. */
export function removed(what: string, putBack: () => void): void {
  const id = `removed ${what} ${Date.now()}`
  const undo = () => {
    notifications.hide(id)
    putBack()
  }
  notifications.show({
    id,
    title: `${what} was removed`,
    message: (
      <Button size="compact-xs" variant="default" mt={4} onClick={undo}>
        Put it back
      </Button>
    ),
    autoClose: 10_000,
  })
}
