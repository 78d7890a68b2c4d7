/** Reward models that should not be used: told before a run is launched, and used only when the person says so. */
import { Checkbox } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { Trans } from 'react-i18next'
import type { LaunchOrder } from '../actions/launch.ts'
import { api } from '../stores/host.ts'
import { useResource } from '../stores/resource.ts'
import { t } from '../text/t.ts'
import styles from './Doubts.module.css'

export interface LaunchDoubts {
  /** Names those that have to be accepted; empty: none. */
  key: string
  doubts: { asked: string; doubt: string }[]
}

/** What cannot be read is told by the launch. @param order null asks for nothing */
export function useDoubts(order: LaunchOrder | null): LaunchDoubts {
  const key = order && JSON.stringify(order)
  const { data, key: answered } = useResource(key, () => api().runs.rewardModels(order as LaunchOrder))
  const current = answered === key ? (data ?? []) : []
  const doubts = current.flatMap(({ asked, doubt, accepted }) => (doubt === null || accepted ? [] : [{ asked, doubt }]))
  return { key: doubts.map(({ asked }) => asked).join(), doubts }
}

interface Props {
  doubts: LaunchDoubts
  accepted: boolean
  onAccept: (yes: boolean) => void
}

export function Doubts({ doubts: { doubts }, accepted, onAccept }: Props) {
  if (doubts.length === 0) return null
  return (
    <section className={styles.doubts} aria-label={t('Doubts about a reward model')}>
      <IconAlertTriangle size="1rem" stroke={1.7} aria-hidden="true" />
      <div>
        {doubts.map(({ asked, doubt }) => (
          <p key={asked}>
            <Trans
              i18nKey="The reward model <b>{{asked}}</b> should not be used. {{doubt}}"
              values={{ asked, doubt }}
              components={{ b: <b /> }}
            />
          </p>
        ))}
        <Checkbox
          size="xs"
          label={t('Use it anyway; the run’s record says so')}
          checked={accepted}
          onChange={(event) => onAccept(event.currentTarget.checked)}
        />
      </div>
    </section>
  )
}
