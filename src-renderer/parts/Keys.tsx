import { Kbd } from '@mantine/core'
import { keyCaps } from '../actions/action.ts'

export function Keys({ keys }: { keys: string }) {
  return (
    <span>
      {keyCaps(keys).map((cap) => (
        <Kbd key={cap} size="xs" ml={3}>
          {cap}
        </Kbd>
      ))}
    </span>
  )
}
