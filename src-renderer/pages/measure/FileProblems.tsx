import { Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { DataMap } from '../../../src-main/contract/data-set.ts'
import { type Domain, domains } from '../../../src-main/contract/domains.ts'
import type { DataPreview } from '../../../src-main/contract/measuring.ts'
import { Problem } from '../../parts/Problem.tsx'
import { api } from '../../stores/host.ts'
import { type MeasuringState, measuringStore } from '../../stores/measuring.ts'
import { useResource } from '../../stores/resource.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

/** Parts of a problem that a person maps; the others a file names as we do, or has not. */
const parts: { part: keyof DataMap; about: string }[] = [
  { part: 'prompt', about: t('what is asked') },
  { part: 'answer', about: t('what is right') },
  { part: 'kind', about: t('accuracy by it') },
  { part: 'level', about: t('accuracy by it') },
]

const set = (change: Partial<MeasuringState>) => measuringStore.setState(change)

/** A file on the host's machine: its path, which field is what, and the first problems as they are read. */
export function FileProblems({ file, domain, map }: Pick<MeasuringState, 'file' | 'domain' | 'map'>) {
  const [path] = useDebouncedValue(file.trim(), 400)
  const asked = path === '' ? null : JSON.stringify([path, domain, map])
  const { data, error, key } = useResource(asked, () => api().measuring.preview({ file: path, domain, map }))
  const current = key === asked
  return (
    <>
      <TextInput
        aria-label={t('File of problems')}
        description={t('JSON lines, CSV, TSV or Parquet, on the machine that computes; GSM8K’s layout is known')}
        placeholder={t('/home/me/gsm8k-test.parquet')}
        size="xs"
        value={file}
        onChange={(event) => set({ file: event.currentTarget.value, map: {} })}
      />
      {asked && current && error && <Problem explanation={error} />}
      {asked && data && (
        <>
          <div className={styles.fields}>
            {parts.map(({ part, about }) => (
              <Select
                key={part}
                label={part}
                description={about}
                size="xs"
                placeholder="–"
                clearable={map[part] !== undefined}
                data={data.fields}
                value={data.map[part] ?? null}
                onChange={(field) => set({ map: mapped(map, part, field) })}
              />
            ))}
            <Select
              label={t('domain')}
              description={t('where a row names none')}
              size="xs"
              allowDeselect={false}
              data={domains.map((value) => ({ value, label: t(value) }))}
              value={domain}
              onChange={(value) => value && set({ domain: value as Domain })}
            />
          </div>
          <AsRead preview={data} />
        </>
      )}
    </>
  )
}

function mapped(map: DataMap, part: keyof DataMap, field: string | null): DataMap {
  const { [part]: _, ...others } = map
  return field === null ? others : { ...others, [part]: field }
}

function AsRead({ preview: { rows, problems, wrong, complaints } }: { preview: DataPreview }) {
  return (
    <div className={styles.read} aria-live="polite">
      <p>
        {t('{{count}} rows', { count: rows })}
        {wrong > 0 && <b className={styles.wrong}>{t(', {{wrong}} of them cannot be read', { wrong })}</b>}
      </p>
      {complaints.map((complaint) => (
        <p key={complaint} className={styles.wrong}>
          {complaint}
        </p>
      ))}
      <dl>
        {problems.slice(0, 3).map(({ place, prompt, answer }) => (
          <div key={place}>
            <dt>{prompt}</dt>
            <dd>{answer === '' ? t('no answer') : answer}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
