import { Skeleton, Table } from '@mantine/core'
import { Trans } from 'react-i18next'
import type { Estimate } from '../../../src-main/contract/reward-models.ts'
import { fixed, percent, signed } from '../../format/number.ts'
import { Problem } from '../../parts/Problem.tsx'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

const points = (value: number) => signed(100 * value, 1)

/** Several on the same held-out items, and each two of them item by item. */
export function Comparison({ names }: { names: readonly string[] }) {
  const { data, error, key } = useResource(names.join(), () => api().rewardModels.compare({ names: [...names] }))
  if (error) return <Problem explanation={error} title={t('They cannot be compared on what they kept apart')} />
  if (!data || key !== names.join())
    return (
      <div className={styles.report} aria-busy="true">
        <p className={styles.quiet}>{t('Each of them judges the items that all had kept apart…')}</p>
        <Skeleton height="12rem" animate={false} />
      </div>
    )
  const what = data.kind === 'helpfulness' ? t('pairs') : t('outputs')
  return (
    <section className={styles.report} aria-label={t('Comparison')}>
      <header className={styles.title}>
        <div>
          <h2>{names.join(' · ')}</h2>
          <p>
            {t('{{items}} {{what}} that all of them had kept apart; with 95 % intervals', { items: data.items, what })}
          </p>
        </div>
      </header>
      <Table className={styles.table} withRowBorders aria-label={t('Each model')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('model')}</Table.Th>
            <Table.Th>{t('right')}</Table.Th>
            <Table.Th>{t('without length')}</Table.Th>
            <Table.Th>{t('loss')}</Table.Th>
            <Table.Th>{t('calibration error')}</Table.Th>
            <Table.Th>{t('score and length')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.models.map(({ name, report }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td>
                <Share of={report.accuracy} />
              </Table.Td>
              <Table.Td>
                <Share of={report.length.withoutLength} />
              </Table.Td>
              <Table.Td>{fixed(report.loss, 3)}</Table.Td>
              <Table.Td>{fixed(report.calibration.error, 3)}</Table.Td>
              <Table.Td>{fixed(report.length.correlation.value, 2)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <ul className={styles.pairs} aria-label={t('Each two')}>
        {data.pairs.map(({ a, b, difference, onlyA, onlyB, p }) => {
          const clear = difference.low > 0 || difference.high < 0
          return (
            <li key={`${a} ${b}`}>
              <p>
                <Trans
                  i18nKey={
                    clear
                      ? t('<b>{{b}}</b> against <b>{{a}}</b>: {{value}} points ({{low}} to {{high}})')
                      : t(
                          '<b>{{b}}</b> against <b>{{a}}</b>: {{value}} points ({{low}} to {{high}}), which may be chance',
                        )
                  }
                  values={{
                    ...{ a, b, value: points(difference.value) },
                    ...{ low: points(difference.low), high: points(difference.high) },
                  }}
                  components={{ b: <b /> }}
                />
              </p>
              <Difference {...difference} />
              <p className={styles.quiet}>
                {t('{{onlyB}} {{what}} only {{b}} has right, {{onlyA}} only {{a}}; p = {{p}} (McNemar)', {
                  onlyB,
                  what,
                  b,
                  onlyA,
                  a,
                  p: p < 0.0001 ? p.toExponential(1) : fixed(p, 4),
                })}
              </p>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Share({ of }: { of: Estimate | null }) {
  if (!of) return '–'
  return (
    <>
      {percent(of.value)}
      <span>{t('{{low}} to {{high}}', { low: percent(of.low), high: percent(of.high) })}</span>
    </>
  )
}

/** On a line from −50 to +50 points, with the middle marked. */
function Difference({ value, low, high }: Estimate) {
  const at = (x: number) => `${50 + Math.max(-50, Math.min(50, 100 * x))}%`
  return (
    <div className={styles.difference} aria-hidden="true">
      <i style={{ left: '50%' }} />
      <span style={{ left: at(low), right: `calc(100% - ${at(high)})` }} />
      <b style={{ left: at(value) }} />
    </div>
  )
}
