import { memo } from 'react'
import { Trans } from 'react-i18next'
import { abandonedBy } from '../../../../src-main/contract/family.ts'
import { compareFamily } from '../../../actions/branch.ts'
import { useAction } from '../../../parts/useAction.ts'
import { go, routeHash } from '../../../stores/route.ts'
import { useRuns } from '../../../stores/use.ts'
import { t } from '../../../text/t.ts'
import { useDetail } from '../data.ts'
import styles from './Header.module.css'

/** What the run grew out of, and what grew out of it. */
export const FamilyLine = memo(function FamilyLine() {
  const detail = useDetail()
  const { runs } = useRuns()
  const compare = useAction(compareFamily)
  if (!detail || !runs) return null
  const parent = runs.find((run) => run.number === detail.parent)
  const abandoned = abandonedBy(runs, detail.number)
  const forks = runs.filter((run) => run.parent === detail.number && run.status !== 'abandoned')
  if (!parent && abandoned.length === 0 && forks.length === 0) return null
  return (
    <p className={styles.family}>
      {parent && (
        <span>
          <Trans
            i18nKey={
              detail.status === 'abandoned'
                ? t('abandoned by <run/> after step {{step}}')
                : t('fork of <run/> after step {{step}}')
            }
            values={{ step: detail.forkStep }}
            components={{ run: <RunLink id={parent.id} number={parent.number} /> }}
          />
        </span>
      )}
      {forks.length > 0 && (
        <span>
          {forks.length === 1 ? t('fork ') : t('forks ')}
          {forks.map((run) => (
            <RunLink key={run.id} id={run.id} number={run.number} />
          ))}
        </span>
      )}
      {abandoned.length > 0 && (
        <span>
          {t('abandoned')}{' '}
          {abandoned.map((run) => (
            <RunLink key={run.id} id={run.id} number={run.number} />
          ))}
        </span>
      )}
      <button type="button" onClick={compare.run} disabled={!compare.enabled}>
        {t('Compare')}
      </button>
    </p>
  )
})

function RunLink({ id, number }: { id: string; number: number }) {
  const route = { page: 'live', runId: id, step: null, opened: null } as const
  return (
    <a
      href={routeHash(route)}
      onClick={(event) => {
        event.preventDefault()
        go(route)
      }}
    >
      #{number}
    </a>
  )
}
