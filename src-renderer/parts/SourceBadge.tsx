import { engineName } from '../../src-main/contract/engines.ts'
import type { RunSource } from '../../src-main/contract/records.ts'
import { t } from '../text/t.ts'
import { hint } from './hint.ts'
import styles from './SourceBadge.module.css'

/** By whom a run is trained that is not trained here. */
export function SourceBadge({ source: { engine, version, machine } }: { source: RunSource }) {
  const name = engineName(engine)
  const trainer = version ? `${name} ${version}` : name
  return (
    <span
      className={styles.badge}
      {...hint(
        machine
          ? t('Trained by {{trainer}} on {{machine}}, which reports here', { trainer, machine })
          : t('Trained by {{trainer}}, which reports here', { trainer }),
        'bottom',
      )}
    >
      {name}
    </span>
  )
}
