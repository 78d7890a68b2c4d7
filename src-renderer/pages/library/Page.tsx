import { Tabs } from '@mantine/core'
import type { ComponentType } from 'react'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { go, type LibrarySection, librarySections } from '../../stores/route.ts'
import { useRoute } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { Checkpoints } from './Checkpoints.tsx'
import { DataSets } from './DataSets.tsx'
import { DiskBar } from './DiskBar.tsx'
import { Models } from './Models.tsx'
import styles from './Page.module.css'
import { RemovalDialog } from './RemovalDialog.tsx'
import { RewardModels } from './RewardModels.tsx'

const sections: Record<LibrarySection, { name: string; Section: ComponentType }> = {
  models: { name: t('Models'), Section: Models },
  data: { name: t('Data sets'), Section: DataSets },
  'reward-models': { name: t('Reward models'), Section: RewardModels },
  checkpoints: { name: t('Checkpoints'), Section: Checkpoints },
}

/** What runs are made of and what they leave: how much room it takes, and what may go. */
export function LibraryPage() {
  const section = useRoute((route) => (route.page === 'library' ? route.section : 'models'))
  const { Section } = sections[section]
  return (
    <div className={styles.page}>
      <h1>{t('Library')}</h1>
      <Unreachable />
      <DiskBar />
      <Tabs
        value={section}
        onChange={(next) => go({ page: 'library', section: next as LibrarySection }, true)}
        className={styles.tabs}
        keepMounted={false}
      >
        <Tabs.List aria-label={t('Sections of the library')}>
          {librarySections.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {sections[name].name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={section} className={styles.panel}>
          <Section />
        </Tabs.Panel>
      </Tabs>
      <RemovalDialog />
    </div>
  )
}
