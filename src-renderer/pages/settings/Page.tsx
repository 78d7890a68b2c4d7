import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { go } from '../../stores/route.ts'
import { foundSettings, type Setting } from '../../stores/settings.ts'
import { useRoute } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { Clusters } from './Clusters.tsx'
import { DataFolder } from './DataFolder.tsx'
import { Files } from './Files.tsx'
import { KeptTexts } from './KeptTexts.tsx'
import { Layout } from './Layout.tsx'
import { NotificationState } from './NotificationState.tsx'
import styles from './Page.module.css'
import { SettingRow } from './SettingRow.tsx'

const sectionNames: Record<Setting['section'], string> = {
  appearance: t('Appearance'),
  reading: t('Reading runs'),
  notifications: t('Notifications'),
}

/** What is no value of the table, but is looked for on this page all the same. */
const others = [
  { id: 'clusters', name: t('Ray clusters'), words: 'remote ssh target train trl verl', Part: Clusters },
  { id: 'data', name: t('Data folder'), words: 'size disk place directory --data', Part: DataFolder },
  { id: 'texts', name: t('Texts that are kept'), words: 'retention disk budget thin share gigabytes', Part: KeptTexts },
  { id: 'layout', name: t('Layout of the window'), words: 'reset forget sort group charts arrangement', Part: Layout },
  { id: 'files', name: t('Settings as a file'), words: 'import export json backup move', Part: Files },
]

/** Everything that a person may set about the window. */
export function SettingsPage() {
  const text = useRoute((route) => (route.page === 'settings' ? route.text : ''))
  const found = foundSettings(text)
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean)
  const foundOthers = others.filter(({ name, words }) =>
    wanted.every((word) => `${name} ${words}`.toLowerCase().includes(word)),
  )
  const look = (next: string) => go({ page: 'settings', text: next }, true)
  return (
    <div className={styles.scroll}>
      <div className={styles.page}>
        <header className={styles.head}>
          <h1>{t('Settings')}</h1>
          <TextInput
            aria-label={t('Find a setting')}
            placeholder={t('Find a setting')}
            size="xs"
            w="18rem"
            type="search"
            leftSection={<IconSearch size="0.875rem" aria-hidden="true" />}
            value={text}
            onChange={(event) => look(event.currentTarget.value)}
          />
        </header>
        {(Object.keys(sectionNames) as Setting['section'][]).map((section) => (
          <Section key={section} name={sectionNames[section]}>
            {found
              .filter((setting) => setting.section === section)
              .map((setting) => (
                <SettingRow key={setting.id} setting={setting} />
              ))}
            {section === 'notifications' && found.some((setting) => setting.section === section) && (
              <NotificationState />
            )}
          </Section>
        ))}
        {foundOthers.map(({ id, name, Part }) => (
          <Section key={id} name={name}>
            <Part />
          </Section>
        ))}
        {found.length === 0 && foundOthers.length === 0 && (
          <p className={styles.nothing}>
            {t(
              'No setting is called “{{text}}”. Settings of a run are knobs on its live page, and fields of a recipe.',
              {
                text,
              },
            )}{' '}
            <button type="button" className={styles.link} onClick={() => look('')}>
              {t('Show all')}
            </button>
          </p>
        )}
      </div>
    </div>
  )
}

function Section({ name, children }: { name: string; children: ReactNode }) {
  const empty = Array.isArray(children) && children.flat().filter(Boolean).length === 0
  if (empty) return null
  return (
    <section className={styles.section} aria-label={name}>
      <h2>{name}</h2>
      <div className={styles.block}>{children}</div>
    </section>
  )
}
