import { Button, TextInput } from '@mantine/core'
import type { ImportFound, ImportMap } from '../../../src-main/contract/imports.ts'
import { bytes } from '../../format/number.ts'
import { showRun } from '../../stores/show-run.ts'
import { viewStore } from '../../stores/view.ts'
import { t } from '../../text/t.ts'
import { formatNames } from './formats.ts'
import styles from './ImportDialog.module.css'

/** What a path was found to hold. */
export function Found({ found }: { found: ImportFound }) {
  return (
    <div className={styles.found} role="status">
      <p>
        <b>{formatNames[found.format]}</b>
        <span>{bytes(found.bytes)}</span>
      </p>
      <ul>
        {found.sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  )
}

/** The same came in before. */
export function Known({ known }: { known: NonNullable<ImportFound['known']> }) {
  const open = () => {
    viewStore.setState({ importing: false })
    showRun(known.id)
  }
  return (
    <div className={styles.known} role="status">
      <p>
        {known.binned
          ? t('It was imported before, as run #{{number}}, {{name}}, which lies in the bin: take it out there.', {
              number: known.number,
              name: known.name,
            })
          : t('It was imported before, as run #{{number}}, {{name}}.', { number: known.number, name: known.name })}
      </p>
      {!known.binned && (
        <Button size="xs" onClick={open}>
          {t('Open run #{{number}}', { number: known.number })}
        </Button>
      )}
    </div>
  )
}

interface WeightsProps {
  rewards: ImportFound['rewards']
  map: ImportMap
  onChange(map: ImportMap): void
}

/** Weights of TRL's rewards: known where its arguments can be read. */
export function Weights({ rewards, map, onChange }: WeightsProps) {
  return (
    <fieldset className={styles.weights}>
      <legend>{t('Weights of the rewards')}</legend>
      {rewards.map(({ name, weight }) => (
        <TextInput
          key={name}
          label={name}
          size="xs"
          leftSection="×"
          value={map[`weight.${name}`] ?? String(weight)}
          onChange={(event) => onChange({ ...map, [`weight.${name}`]: event.currentTarget.value })}
        />
      ))}
    </fieldset>
  )
}
