import { showRun } from '../../stores/show-run.ts'
import { useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

/** More than so many are only counted. */
const most = 6

/** Who uses it: a way to each of the newest runs. */
export function RunLinks({ numbers }: { numbers: readonly number[] | undefined }) {
  const { runs } = useRuns()
  if (!numbers || numbers.length === 0) return <span className={styles.quiet}>{t('no run')}</span>
  const idOf = (number: number) => runs?.find((run) => run.number === number)?.id
  return (
    <span className={styles.fact}>
      {numbers.length === 1 ? t('run') : t('runs')}{' '}
      {numbers.slice(0, most).map((number) => {
        const id = idOf(number)
        return id === undefined ? (
          <span key={number}>#{number} </span>
        ) : (
          <span key={number}>
            <button type="button" className={styles.link} onClick={() => showRun(id)}>
              #{number}
            </button>{' '}
          </span>
        )
      })}
      {numbers.length > most && t('and {{count}} more', { count: numbers.length - most })}
    </span>
  )
}
