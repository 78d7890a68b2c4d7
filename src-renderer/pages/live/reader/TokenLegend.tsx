import { Select } from '@mantine/core'
import { useStore } from 'zustand'
import type { TokenViews } from '../../../../src-main/contract/tokens.ts'
import { hint } from '../../../parts/hint.ts'
import { readerStore } from '../../../stores/reader.ts'
import { t } from '../../../text/t.ts'
import { colourInfo, type TokenColour, tokenColours } from '../../../text/token-colour.ts'
import styles from './Reader.module.css'

const names: Record<TokenColour, string> = {
  none: t('plain text'),
  surprise: t('tokens: surprise'),
  choice: t('tokens: choice'),
  change: t('tokens: change'),
}

export function ColourChoice() {
  const { colour } = useStore(readerStore)
  return (
    <span {...hint(t('Colour each token by what a checkpoint makes of it (V)'), 'bottom')}>
      <Select
        aria-label={t('Colour of tokens')}
        size="xs"
        w="9rem"
        allowDeselect={false}
        value={colour}
        data={tokenColours.map((value) => ({ value, label: names[value] }))}
        onChange={(value) => readerStore.setState({ colour: (value as TokenColour | null) ?? 'none' })}
      />
    </span>
  )
}

/** What the colours mean, and which checkpoint says so, or that the trainer does. */
export function TokenLegend({ colour, views }: { colour: Exclude<TokenColour, 'none'>; views: TokenViews | null }) {
  const { about, ends } = colourInfo[colour]
  const told = views !== null && views.checkpoint === null
  if (told && colour !== 'surprise')
    return <span className={styles.tokenLegend}>{t('{{what}}: not delivered', { what: names[colour] })}</span>
  return (
    <span className={styles.tokenLegend} {...hint(about, 'bottom')}>
      {ends[0]} <i data-colour={colour} aria-hidden="true" /> {ends[1]}
      {told && t(', as its sampler saw them')}
      {views && !told && t(', by the checkpoint of step {{checkpoint}}', { checkpoint: views.checkpoint })}
    </span>
  )
}
