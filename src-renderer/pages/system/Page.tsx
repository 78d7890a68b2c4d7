import { Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Diagnosis } from '../../../src-main/contract/api.ts'
import { smallModels } from '../../../src-main/contract/backends.ts'
import { bytes, compact, plural } from '../../format/number.ts'
import { Problem } from '../../parts/Problem.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { useConnection } from '../../stores/use.ts'
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
        <h1>System</h1>
        <Unreachable />
        {error ? (
          <Problem explanation={error} title="The system could not be examined" />
        ) : (
          <>
            <Backends diagnosis={data} />
            <section className={styles.block} aria-label="Data folder">
              <h2>Data folder</h2>
              <dl className={styles.facts}>
                <Fact name="folder" mono>
                  {data?.dataFolder ?? info?.dataFolder}
                </Fact>
                <Fact name="writable" bad={data && !data.dataFolderWritable}>
                  {data &&
                    (data.dataFolderWritable
                      ? 'yes'
                      : 'no: nothing new can be kept. Give it write access, or start with --data elsewhere.')}
                </Fact>
                <Fact name="free space" bad={data && data.freeDiskBytes < scarceDisk}>
                  {data && bytes(data.freeDiskBytes)}
                </Fact>
                <Fact name="database">{data && `SQLite ${data.sqlite}`}</Fact>
              </dl>
            </section>
            <section className={styles.block} aria-label="Machine">
              <h2>Machine</h2>
              <dl className={styles.facts}>
                <Fact name="processor">{data && `${data.cpu}, ${plural(data.cores, 'core')}`}</Fact>
                <Fact name="memory">{data && bytes(data.memoryBytes)}</Fact>
                <Fact name="platform">{data?.platform}</Fact>
              </dl>
            </section>
            <section className={styles.block} aria-label="Program">
              <h2>Program</h2>
              <dl className={styles.facts}>
                <Fact name="grpo-studio">{data?.version ?? info?.version}</Fact>
                <Fact name="Node">{data?.node}</Fact>
                <Fact name="window">{info && (info.mode === 'electron' ? 'Electron' : 'browser')}</Fact>
                <Fact name="Electron">
                  {data && (data.electron.available ? 'available' : `not used: ${data.electron.reason}`)}
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
    <section className={`${styles.block} ${styles.wide}`} aria-label="Tensor backend">
      <h2>Tensor backend</h2>
      <p className={styles.chosen}>
        {diagnosis ? (
          diagnosis.chosen ? (
            <>
              <b>{diagnosis.chosen}</b> <span>{diagnosis.device}</span>
              {small && <small>{small}</small>}
            </>
          ) : (
            <b className={styles.bad}>none can be used, so nothing can be trained</b>
          )
        ) : (
          <Skeleton width="20rem" height="1.25rem" animate={false} />
        )}
      </p>
      <ol className={styles.probes} aria-label="Backends, best first">
        {(diagnosis?.probes ?? [null, null, null]).map((probe, i) =>
          probe ? (
            <li key={probe.name} data-available={probe.available} data-chosen={probe.name === diagnosis?.chosen}>
              <span className={styles.sign}>
                {probe.name === diagnosis?.chosen ? '● in use' : probe.available ? '✓ usable' : '✗ not here'}
              </span>
              <b>{probe.name}</b>
              <p>
                {probe.reason.replace(/\.?$/, '.')}
                {probe.gflops !== undefined && <span> {compact(probe.gflops)} GFLOP/s in a 512³ product.</span>}
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
