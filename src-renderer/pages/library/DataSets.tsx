import { Button, Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import type { LabelSet } from '../../../src-main/contract/labelling.ts'
import type { DataFileEntry } from '../../../src-main/contract/library.ts'
import { taskKinds } from '../../../src-main/contract/recipe.ts'
import { bytes } from '../../format/number.ts'
import { Problem } from '../../parts/Problem.tsx'
import { api } from '../../stores/host.ts'
import { preferencesStore } from '../../stores/preferences.ts'
import { go } from '../../stores/route.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'
import { RunLinks } from './RunLinks.tsx'
import { aboutTasks } from './tasks.ts'
import { useLibrary, useLibraryUse } from './use-library.ts'

/** What is learned from: generated problems, a person's files, and what a person labelled. */
export function DataSets() {
  const { data: use, error } = useLibraryUse()
  const sets = useLibrary('label sets', () => api().preferences.sets())
  if (error) return <Problem explanation={error} title={t('The data sets could not be listed')} />
  return (
    <>
      <Block title={t('Files of problems and preferences')}>
        {!use ? (
          <Skeleton height="2.5rem" animate={false} />
        ) : use.files.length === 0 ? (
          <p className={styles.empty}>
            {t(
              'No run learned from a file yet. A recipe names files of its own under data: JSON lines, CSV, TSV or Parquet.',
            )}
          </p>
        ) : (
          <ul className={styles.table} aria-label={t('Data files')}>
            {use.files.map((file) => (
              <File key={file.path} file={file} />
            ))}
          </ul>
        )}
      </Block>
      <Block title={t('Labelled by hand')}>
        {sets.error ? (
          <Problem explanation={sets.error} />
        ) : !sets.data ? (
          <Skeleton height="2.5rem" animate={false} />
        ) : sets.data.length === 0 ? (
          <p className={styles.empty}>
            {t('Nothing was labelled yet.')}{' '}
            <button type="button" className={styles.link} onClick={() => go({ page: 'preferences', set: null })}>
              {t('Label pairs or outputs')}
            </button>
          </p>
        ) : (
          <ul className={styles.table} aria-label={t('Labelled sets')}>
            {sets.data.map((set) => (
              <Labelled key={set.number} set={set} />
            ))}
          </ul>
        )}
      </Block>
      <Block title={t('Generated problems, without end')}>
        <ul className={styles.table} aria-label={t('Kinds of generated problems')}>
          {taskKinds.map((kind) => (
            <li key={kind} className={styles.row} data-columns="tasks">
              <b className="mono">{kind}</b>
              <span className={styles.fact}>{aboutTasks[kind]}</span>
              <RunLinks numbers={use?.tasks[kind]} />
            </li>
          ))}
        </ul>
      </Block>
    </>
  )
}

function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.block} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

function File({ file: { path, bytes: size, runs } }: { file: DataFileEntry }) {
  return (
    <li className={styles.row} data-columns="data">
      <span className={styles.name}>
        <b>{path.split(/[/\\]/).at(-1)}</b>
        <span className="mono">{path}</span>
      </span>
      {size === null ? (
        <span className={styles.missing}>{t('not there any more')}</span>
      ) : (
        <span className={styles.fact}>{bytes(size)}</span>
      )}
      <RunLinks numbers={runs} />
      <span />
    </li>
  )
}

function Labelled({ set: { number, name, kind, items, done, source } }: { set: LabelSet }) {
  const open = () => go({ page: 'preferences', set: number })
  return (
    <li className={styles.row} data-columns="data">
      <span className={styles.name}>
        <b>{name}</b>
        <span>
          {t(kind)}, {t('from {{source}}', { source })}
        </span>
      </span>
      <span className={styles.fact}>{t('{{done}} of {{items}}', { done, items })}</span>
      <span className={styles.fact}>
        {done === items ? t('all labelled') : t('{{count}} left', { count: items - done })}
      </span>
      <span className={styles.does}>
        <Button size="compact-sm" variant="default" onClick={open}>
          {t('Open')}
        </Button>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          aria-label={t('Delete {{name}}…', { name })}
          onClick={() => {
            // the page of the set asks, as it can save the labels first
            preferencesStore.setState({ deleting: true })
            open()
          }}
        >
          {t('Delete…')}
        </Button>
      </span>
    </li>
  )
}
