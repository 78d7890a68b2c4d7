import { Button, CloseButton, Drawer, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useLayoutEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { isOver, type LogHit } from '../../../../src-main/contract/ray.ts'
import { bytes } from '../../../format/number.ts'
import { Problem } from '../../../parts/Problem.tsx'
import { api } from '../../../stores/host.ts'
import { jobsStore } from '../../../stores/jobs.ts'
import { useResource } from '../../../stores/resource.ts'
import { jobWords, plainLog } from '../../../text/jobs.ts'
import { t } from '../../../text/t.ts'
import { useDetail } from '../data.ts'
import styles from './Job.module.css'
import { useLog } from './use-log.ts'

const close = () => jobsStore.setState({ log: false })

/** What the job wrote, its end first, following what is added; searched as a whole. */
export function LogDrawer() {
  const { log } = useStore(jobsStore)
  const detail = useDetail()
  const open = log && detail?.job != null
  return (
    <Drawer
      opened={open}
      onClose={close}
      position="right"
      size="clamp(30rem, 52vw, 72rem)"
      title={t('Log of run #{{number}}', { number: detail?.number ?? '' })}
      closeButtonProps={{ 'aria-label': t('Close') }}
      styles={{ body: { height: 'calc(100% - 3.75rem)' } }}
    >
      {open && detail && <Log runId={detail.id} />}
    </Drawer>
  )
}

function Log({ runId }: { runId: string }) {
  const { jobs } = useStore(jobsStore)
  const [chosen, setChosen] = useState<number | null>(null)
  const [text, setText] = useState('')
  const [wanted] = useDebouncedValue(text.trim(), 250)
  const job = jobs?.find(({ attempt }) => attempt === chosen) ?? jobs?.at(-1)
  const { log, error, earlier, at, end } = useLog(runId, job?.attempt ?? null, job ? !isOver(job.status) : false)
  const [found, setFound] = useState('')
  const asked = wanted && job ? JSON.stringify([runId, job.attempt, wanted]) : null
  const hits = useResource(asked, () => api().ray.searchLog({ runId, attempt: job?.attempt, text: wanted }))
  const searching = asked !== null && found === ''
  return (
    <div className={styles.drawer}>
      <div className={styles.tools}>
        <TextInput
          aria-label={t('Search the log')}
          placeholder={t('Search the log')}
          size="xs"
          data-autofocus
          leftSection={<IconSearch size="0.875rem" aria-hidden="true" />}
          rightSection={
            text && <CloseButton size="xs" aria-label={t('Clear the search')} onClick={() => setText('')} />
          }
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setFound('')
          }}
        />
        {jobs && jobs.length > 1 && (
          <Select
            aria-label={t('Submission')}
            size="xs"
            allowDeselect={false}
            value={String(job?.attempt)}
            data={jobs.map((one) => ({
              value: String(one.attempt),
              label: t('submission {{attempt}}: {{state}}', { attempt: one.attempt, state: jobWords(one).word }),
            }))}
            onChange={(value) => setChosen(Number(value))}
          />
        )}
      </div>
      {error ? (
        <Problem explanation={error} />
      ) : searching ? (
        <Hits
          hits={hits.key === asked ? hits.data : null}
          onChoose={(hit) => {
            setFound(wanted)
            void at(hit.at)
          }}
        />
      ) : log === null ? (
        <div className={styles.log} aria-busy="true" />
      ) : log.size === 0 ? (
        <p className={styles.nothing}>
          {job && isOver(job.status)
            ? t('Nothing of this job’s log came here.')
            : t('The job has written nothing yet. What it writes comes here while it runs.')}
        </p>
      ) : (
        <Text text={plainLog(log.text)} following={log.following} mark={found} />
      )}
      <div className={styles.foot}>
        <span>
          {log &&
            log.size > 0 &&
            t('{{from}} to {{to}} of {{size}}', { from: bytes(log.from), to: bytes(log.to), size: bytes(log.size) })}
          {log?.cut && ` ${t('It is too large to be kept whole: the rest is on the cluster.')}`}
        </span>
        <span className={styles.ways}>
          {log && log.from > 0 && !searching && (
            <Button size="compact-xs" variant="default" onClick={() => void earlier()}>
              {t('Earlier lines')}
            </Button>
          )}
          {log && !log.following && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                setFound('')
                setText('')
                void end()
              }}
            >
              {t('To the end')}
            </Button>
          )}
        </span>
      </div>
    </div>
  )
}

/** Stays at the end while it is there, and where a person has scrolled to otherwise. */
function Text({ text, following, mark }: { text: string; following: boolean; mark: string }) {
  const element = useRef<HTMLElement>(null)
  const atEnd = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the text grew
  useLayoutEffect(() => {
    const shown = element.current
    if (shown && following && atEnd.current) shown.scrollTop = shown.scrollHeight
  }, [text, following])
  const [before, rest] = mark ? split(text, mark) : [text, '']
  return (
    <section
      ref={element}
      className={`${styles.log} mono`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
      tabIndex={0}
      aria-label={t('Log')}
      onScroll={({ currentTarget: shown }) => {
        atEnd.current = shown.scrollHeight - shown.scrollTop - shown.clientHeight < 24
      }}
    >
      {before}
      {rest && <mark>{rest.slice(0, mark.length)}</mark>}
      {rest.slice(mark.length)}
    </section>
  )
}

function split(text: string, mark: string): [string, string] {
  const at = text.toLowerCase().indexOf(mark.toLowerCase())
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)]
}

function Hits({ hits, onChoose }: { hits: LogHit[] | null; onChoose(hit: LogHit): void }) {
  if (!hits) return <div className={styles.hits} aria-busy="true" />
  if (hits.length === 0) return <p className={styles.nothing}>{t('No line has this.')}</p>
  return (
    <ul className={styles.hits} aria-label={t('Lines found')}>
      {hits.map((hit) => (
        <li key={hit.at}>
          <button type="button" className="mono" onClick={() => onChoose(hit)}>
            {plainLog(hit.line)}
          </button>
        </li>
      ))}
    </ul>
  )
}
