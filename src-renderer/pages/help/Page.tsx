import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import type { MouseEvent } from 'react'
import { ShortcutList } from '../../parts/ShortcutList.tsx'
import { go, type HelpTopic, helpTopics, type Route, routeHash } from '../../stores/route.ts'
import { useRoute } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { Entries } from './Entries.tsx'
import { found, type HelpEntry } from './entries.ts'
import { Grpo } from './Grpo.tsx'
import styles from './Page.module.css'
import { Tour } from './Tour.tsx'

const names: Record<HelpTopic, string> = {
  grpo: t('What GRPO is'),
  tour: t('Five-minute tour'),
  metrics: t('Metrics'),
  settings: t('Settings of a run'),
  rewards: t('Rewards'),
  alerts: t('Alerts'),
  keys: t('Keyboard shortcuts'),
}
/** Those that have more than their entries to show. */
const pictured: readonly HelpTopic[] = ['grpo', 'tour', 'keys']

/** What everything means, found with one field. */
export function HelpPage() {
  const route = useRoute((r) => (r.page === 'help' ? r : null))
  const { topic, text } = route ?? { topic: null, text: '' }
  const hits = found(text)
  const to = (next: { topic?: HelpTopic | null; text?: string }): Route => ({ page: 'help', topic, text, ...next })
  return (
    <div className={styles.page}>
      <aside className={styles.aside}>
        <h1>{t('Help')}</h1>
        <TextInput
          aria-label={t('Find in the help')}
          placeholder={t('Find in the help')}
          type="search"
          size="xs"
          leftSection={<IconSearch size="0.875rem" aria-hidden="true" />}
          value={text}
          // a search is over all topics
          onChange={(event) => go(to({ topic: null, text: event.currentTarget.value }), true)}
        />
        <nav aria-label={t('Topics')}>
          {helpTopics.map((name) => (
            <TopicLink
              key={name}
              route={to({ topic: name })}
              current={name === (topic ?? (text === '' ? 'grpo' : null))}
              name={names[name]}
              count={
                text === '' && pictured.includes(name) ? null : hits.filter((entry) => entry.topic === name).length
              }
            />
          ))}
        </nav>
      </aside>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keyboard */}
      <section key={topic} className={styles.scroll} tabIndex={0} aria-label={t('Explanations')}>
        <div className={styles.content}>
          <Content topic={topic} text={text} hits={hits} onAll={() => go(to({ topic: null, text: '' }))} />
        </div>
      </section>
    </div>
  )
}

function Content(props: { topic: HelpTopic | null; text: string; hits: HelpEntry[]; onAll(): void }) {
  const { topic, text, hits, onAll } = props
  if (text === '') {
    if (topic === 'tour') return <Tour />
    if (topic === 'grpo' || topic === null) return <Grpo />
    if (topic === 'keys')
      return (
        <section className={styles.topic} aria-label={names.keys}>
          <h2>{names.keys}</h2>
          <ShortcutList />
        </section>
      )
  }
  const lists = helpTopics
    .filter((name) => topic === null || topic === name)
    .map((name) => ({ name, list: hits.filter((entry) => entry.topic === name) }))
    .filter(({ list }) => list.length > 0)
  if (lists.length === 0)
    return (
      <div className={styles.nothing}>
        <h2>{t('Nothing here speaks of “{{text}}”', { text })}</h2>
        <p>
          {t('Try one word of it, or the name that a file or the command line has for it, such as groupSize or kl.')}
        </p>
        <button type="button" className={styles.link} onClick={onAll}>
          {t('Show all')}
        </button>
      </div>
    )
  return lists.map(({ name, list }) => <Entries key={name} title={names[name]} list={list} text={text} />)
}

function TopicLink(props: { route: Route; current: boolean; name: string; count: number | null }) {
  const { route, current, name, count } = props
  return (
    <a
      className={styles.link}
      href={routeHash(route)}
      aria-current={current ? 'page' : undefined}
      onClick={(event: MouseEvent) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        go(route)
      }}
    >
      {name} {count !== null && <span>{count}</span>}
    </a>
  )
}
