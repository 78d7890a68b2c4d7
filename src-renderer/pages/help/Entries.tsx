import { Highlight } from '@mantine/core'
import { type HelpEntry, wordsOf } from './entries.ts'
import styles from './Page.module.css'

/** Names with what they mean; what was looked for is marked. */
export function Entries({ title, list, text }: { title: string; list: readonly HelpEntry[]; text: string }) {
  const words = wordsOf(text)
  return (
    <section className={styles.topic} aria-label={title}>
      <h2>
        {title} <span>{list.length}</span>
      </h2>
      <dl className={styles.entries}>
        {list.map((entry) => (
          <div key={`${entry.id} ${entry.title}`}>
            <dt>
              <Marked text={entry.title} words={words} />
              {entry.id && (
                <span className="mono">
                  <Marked text={entry.id} words={words} />
                </span>
              )}
            </dt>
            <dd>
              <p>
                <Marked text={entry.about} words={words} />
              </p>
              {entry.facts.length > 0 && (
                <ul>
                  {entry.facts.map(([name, value]) => (
                    <li key={name}>
                      <span>{name}</span> <Marked text={value} words={words} />
                    </li>
                  ))}
                </ul>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Marked({ text, words }: { text: string; words: string[] }) {
  if (words.length === 0) return text
  return (
    <Highlight component="span" inherit highlight={words} classNames={{ root: styles.marked }}>
      {text}
    </Highlight>
  )
}
