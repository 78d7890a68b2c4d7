import { Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Diagnosis } from '../../../src-main/contract/api.ts'
import { smallModels } from '../../../src-main/contract/backends.ts'
import { bytes, compact } from '../../format/number.ts'
import { Problem } from '../../parts/Problem.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { useConnection } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

/** Less free space than this, and a few long runs would fill the disk. */
const scarceDisk = 2e9

/** The doctor's findings: what runs, why not something better, and where things are kept. */
export function SystemPage() {
  const { status, info } = useConnection()
  const { data, error } = useResource(status === 'connected' ? 'diagnosis' : null, () => api().app.diagnose())
  return (
    <div className={styles.scroll}>
      <div className={styles.page}>
        <h1>{t('System')}</h1>
        <Unreachable />
        {error ? (
          <Problem explanation={error} title={t('The system could not be examined')} />
        ) : (
          <>
            <Backends diagnosis={data} />
            <section className={styles.block} aria-label={t('Data folder')}>
              <h2>{t('Data folder')}</h2>
              <dl className={styles.facts}>
                <Fact name={t('folder')} mono>
                  {data?.dataFolder ?? info?.dataFolder}
                </Fact>
                <Fact name={t('writable')} bad={data && !data.dataFolderWritable}>
                  {data &&
                    (data.dataFolderWritable
                      ? t('yes')
                      : t('no: nothing new can be kept. Give it write access, or start with --data elsewhere.'))}
                </Fact>
                <Fact name={t('free space')} bad={data && data.freeDiskBytes < scarceDisk}>
                  {data && bytes(data.freeDiskBytes)}
                </Fact>
                <Fact name={t('database')}>{data && t('SQLite {{sqlite}}', { sqlite: data.sqlite })}</Fact>
              </dl>
            </section>
            <section className={styles.block} aria-label={t('Machine')}>
              <h2>{t('Machine')}</h2>
              <dl className={styles.facts}>
                <Fact name={t('processor')}>
                  {data && `${data.cpu}, ${t('{{count}} cores', { count: data.cores })}`}
                </Fact>
                <Fact name={t('memory')}>{data && bytes(data.memoryBytes)}</Fact>
                <Fact name={t('platform')}>{data?.platform}</Fact>
              </dl>
            </section>
            <section className={styles.block} aria-label={t('Program')}>
              <h2>{t('Program')}</h2>
              <dl className={styles.facts}>
                <Fact name="grpo-studio">{data?.version ?? info?.version}</Fact>
                <Fact name="Node">{data?.node}</Fact>
                <Fact name={t('window')}>{info && (info.mode === 'electron' ? t('Electron') : t('browser'))}</Fact>
                <Fact name="Electron">
                  {data &&
                    (data.electron.available
                      ? t('available')
                      : t('not used: {{reason}}', { reason: data.electron.reason }))}
                </Fact>
              </dl>
            </section>
          </>
        )}
      </div>
    </div>
  )
}

function Backends({ diagnosis }: { diagnosis: Diagnosis | null }) {
  const small =
    diagnosis?.chosenForSmall && diagnosis.chosenForSmall !== diagnosis.chosen
      ? smallModels(diagnosis.chosenForSmall)
      : null
  return (
    <section className={`${styles.block} ${styles.wide}`} aria-label={t('Tensor backend')}>
      <h2>{t('Tensor backend')}</h2>
      <p className={styles.chosen}>
        {diagnosis ? (
          diagnosis.chosen ? (
            <>
              <b>{diagnosis.chosen}</b> <span>{diagnosis.device}</span>
              {small && <small>{small}</small>}
            </>
          ) : (
            <b className={styles.bad}>{t('none can be used, so nothing can be trained')}</b>
          )
        ) : (
          <Skeleton width="20rem" height="1.25rem" animate={false} />
        )}
      </p>
      <ol className={styles.probes} aria-label={t('Backends, best first')}>
        {(diagnosis?.probes ?? [null, null, null]).map((probe, i) =>
          probe ? (
            <li key={probe.name} data-available={probe.available} data-chosen={probe.name === diagnosis?.chosen}>
              <span className={styles.sign}>
                {probe.name === diagnosis?.chosen ? t('● in use') : probe.available ? t('✓ usable') : t('✗ not here')}
              </span>
              <b>{probe.name}</b>
              <p>
                {probe.reason.replace(/\.?$/, '.')}
                {probe.gflops !== undefined && (
                  <span>{t('{{gflops}} GFLOP/s in a 512³ product.', { gflops: compact(probe.gflops) })}</span>
                )}
              </p>
            </li>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
            <li key={i}>
              <Skeleton height="1.25rem" animate={false} />
            </li>
          ),
        )}
      </ol>
    </section>
  )
}

function Fact(props: { name: string; mono?: boolean; bad?: boolean | null; children: ReactNode }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd className={[props.mono ? 'mono' : '', props.bad ? styles.bad : ''].join(' ').trim() || undefined}>
        {props.children ?? <Skeleton width="12rem" height="1rem" animate={false} />}
      </dd>
    </div>
  )
}
