import { Modal } from '@mantine/core'
import { useState } from 'react'
import { useStore } from 'zustand'
import { schemeStore } from '../../stores/scheme.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'
import { type HelpPicture, pictureOf, shape } from './pictures.ts'

/** In the colours that the window has now; large when it is clicked. */
export function Picture({ name, title }: { name: HelpPicture; title: string }) {
  const scheme = useStore(schemeStore, (state) => state.scheme)
  const [large, setLarge] = useState(false)
  const source = pictureOf(name, scheme)
  const alt = t('The window: {{title}}', { title })
  return (
    <>
      <button
        type="button"
        className={styles.picture}
        aria-label={t('Enlarge the picture: {{title}}', { title })}
        onClick={() => setLarge(true)}
      >
        <img src={source} alt={alt} {...shape} loading="lazy" decoding="async" />
      </button>
      <Modal
        opened={large}
        onClose={() => setLarge(false)}
        title={title}
        size="auto"
        classNames={{ body: styles.large }}
        closeButtonProps={{ 'aria-label': t('Close') }}
      >
        <img src={source} alt={alt} />
      </Modal>
    </>
  )
}
