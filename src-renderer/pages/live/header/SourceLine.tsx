import { memo } from 'react'
import { engineName } from '../../../../src-main/contract/engines.ts'
import type { RunDetail } from '../../../../src-main/contract/records.ts'
import { t } from '../../../text/t.ts'
import styles from './SourceLine.module.css'

/** In place of the stages, of a run of another trainer: who trains what, and where. */
export const SourceLine = memo(function SourceLine({ source, attached }: Pick<RunDetail, 'source' | 'attached'>) {
  if (!source || !attached) return null
  const { engine, version, machine, client } = source
  const facts: [string, string][] = [
    [t('trainer'), `${engineName(engine)} ${version}`.trim()],
    [t('model'), attached.model],
    [t('machine'), machine],
    [t('client'), client],
  ]
  return (
    <dl className={styles.line}>
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={value}>{value}</dd>
          </div>
        ))}
    </dl>
  )
})
