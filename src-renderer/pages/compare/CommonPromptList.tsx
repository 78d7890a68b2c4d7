import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { Problem } from '../../parts/Problem.tsx'
import { useRem } from '../../parts/useLook.ts'
import { commonPromptsStore, comparePrompt } from '../../stores/compared-samples.ts'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { t } from '../../text/t.ts'
import type { Compared } from './data.ts'
import styles from './Samples.module.css'

/** Prompts that all of the runs have answered: held-out ones first, then those of training. */
export function CommonPromptList({ runs, shown }: { runs: Compared[]; shown: string | null }) {
  const [typed, setTyped] = useState('')
  const text = useDeferredValue(typed)
  const ids = runs.map(({ detail }) => detail.id)
  const known = runs.map(({ evaluations }) => evaluations.length).join()
  const { data, error } = useResource(`${ids.join()} ${known} ${text}`, () =>
    api().runs.commonPrompts({ runs: ids, text }),
  )
  const { prompts } = useStore(commonPromptsStore)
  useEffect(() => {
    if (data) commonPromptsStore.setState({ prompts: data.prompts })
  }, [data])
  useEffect(() => () => commonPromptsStore.setState({ prompts: [] }), [])
  const scroller = useRef<HTMLDivElement>(null)
  const rem = useRem()
  const rows = useVirtualizer({
    count: prompts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => Math.round(2 * rem),
    overscan: 8,
  })
  const at = prompts.findIndex(({ prompt }) => prompt === shown)
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at)
  }, [at, rows])
  return (
    <nav className={styles.prompts} aria-label={t('Prompts in common')}>
      <TextInput
        aria-label={t('Text in the prompt')}
        placeholder={t('text in the prompt')}
        size="xs"
        leftSection={<IconSearch size="0.875rem" aria-hidden="true" />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {error && <Problem explanation={error} />}
      {data && prompts.length === 0 && (
        <p className={styles.none}>
          {text === ''
            ? t('These runs have no prompt in common: neither held-out nor in training.')
            : t('No prompt that they have in common is like that.')}
        </p>
      )}
      <div ref={scroller} className={styles.scroller}>
        <ul style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map((item) => {
            const { prompt, source } = prompts[item.index]
            return (
              <li key={item.key} style={{ transform: `translateY(${item.start}px)`, height: item.size }}>
                <button
                  type="button"
                  className={styles.item}
                  aria-current={prompt === shown}
                  onClick={() => comparePrompt(prompt)}
                >
                  <span>{prompt.slice(0, 300)}</span>
                  <i data-source={source}>{source === 'evaluation' ? t('held-out') : t('training')}</i>
                </button>
              </li>
            )
          })}
        </ul>
      </div>
      {data?.more && <p className={styles.none}>{t('The first {{count}} are listed.', { count: prompts.length })}</p>}
    </nav>
  )
}
