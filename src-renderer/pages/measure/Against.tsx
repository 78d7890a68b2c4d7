import type { Comparison, Estimate, Flip } from '../../../src-main/contract/evaluation.ts'
import { compact, percent, signed } from '../../format/number.ts'
import { Problem } from '../../parts/Problem.tsx'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

/** What `b` has that `a` had not, on the prompts that both have. */
export function Against({ a, b }: { a: string; b: string }) {
  const { data, error, key } = useResource(`${a} ${b}`, () => api().runs.compare({ a, b }))
  if (key !== `${a} ${b}`) return <p className={styles.empty}>…</p>
  if (error) return <Problem explanation={error} />
  return data && <Differences comparison={data} a={a} b={b} />
}

function Differences({ comparison, a, b }: { comparison: Comparison; a: string; b: string }) {
  const { rows, prompts, p, test, gained, lost } = comparison
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('{{prompts}} prompts', { prompts })}</th>
            <th scope="col">{a}</th>
            <th scope="col">{b}</th>
            <th scope="col">{t('difference, 95 % interval')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ measure, a, b, difference }) => {
            const share = measure.includes('@')
            const show = (value: number) => (share ? percent(value) : compact(value))
            return (
              <tr key={measure}>
                <th scope="row">{measure}</th>
                <td>{show(a.value)}</td>
                <td>{show(b.value)}</td>
                <td data-clear={difference.low > 0 || difference.high < 0}>{between(difference, share)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <p className={styles.note}>
        {t('pass@1: {{p}} ({{test}})', { p: p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`, test })}
        {p >= 0.05 && t('; it may be chance')}
      </p>
      <Flips title={t('Became right')} flips={gained} />
      <Flips title={t('Became wrong')} flips={lost} />
    </>
  )
}

function between({ value, low, high }: Estimate, share: boolean): string {
  const show = (x: number) => (share ? signed(100 * x, 1) : signed(x))
  return t('{{value}} ({{low}} to {{high}})', { value: show(value), low: show(low), high: show(high) })
}

const most = 20

function Flips({ title, flips }: { title: string; flips: readonly Flip[] }) {
  if (flips.length === 0) return null
  return (
    <details className={styles.flips}>
      <summary>
        {title}: {flips.length}
      </summary>
      <ul>
        {flips.slice(0, most).map(({ prompt, answer }) => (
          <li key={prompt}>
            <span>{prompt.trim().split('\n').at(-1)}</span> <b>{answer}</b>
          </li>
        ))}
      </ul>
      {flips.length > most && (
        <p className={styles.note}>{t('and {{length}} more', { length: flips.length - most })}</p>
      )}
    </details>
  )
}
