import { NumberInput, Radio, Stack } from '@mantine/core'
import { useState } from 'react'
import { type Retention, retentionSchema } from '../../../src-main/contract/retention.ts'
import { percentOf } from '../../stores/retention.ts'
import { t } from '../../text/t.ts'
import styles from './RetentionDialog.module.css'

interface Props {
  before: Retention
  /** null: a value is missing or makes no sense. */
  onChange(retention: Retention | null): void
}

/** What stands in the fields. */
interface Fields {
  all: boolean
  percent: number | string
  newest: number | string
  /** In GB; empty: no limit. */
  budget: number | string
}

const usualPercent = 5

function retentionIn({ all, percent, newest, budget }: Fields): Retention | null {
  const number = (given: number | string) => (given === '' ? Number.NaN : Number(given))
  const parsed = retentionSchema.safeParse({
    share: all ? 1 : number(percent) / 100,
    newest: number(newest),
    budget: budget === '' ? null : Math.round(number(budget) * 1e9),
  })
  return parsed.success ? parsed.data : null
}

export function RetentionFields({ before, onChange }: Props) {
  const [fields, setFields] = useState<Fields>({
    all: before.share === 1,
    percent: before.share === 1 ? usualPercent : percentOf(before.share),
    newest: before.newest,
    budget: before.budget === null ? '' : before.budget / 1e9,
  })
  const set = (change: Partial<Fields>) => {
    const next = { ...fields, ...change }
    setFields(next)
    onChange(retentionIn(next))
  }
  return (
    <>
      <Radio.Group
        aria-label={t('What is kept')}
        value={fields.all ? 'all' : 'share'}
        onChange={(value) => set({ all: value === 'all' })}
      >
        <Stack gap={6}>
          <Radio value="all" label={t('All texts')} size="sm" data-autofocus />
          <Radio value="share" label={t('A share of each step, and the newest steps whole')} size="sm" />
        </Stack>
      </Radio.Group>
      <div className={styles.fields}>
        <NumberInput
          label={t('share of each step')}
          description={t('drawn by lot, the same whenever')}
          suffix=" %"
          size="xs"
          min={0}
          max={100}
          allowNegative={false}
          disabled={fields.all}
          value={fields.percent}
          onChange={(percent) => set({ percent })}
        />
        <NumberInput
          label={t('newest steps, whole')}
          description={t('so that you can label what you see')}
          size="xs"
          min={1}
          max={1_000_000}
          allowDecimal={false}
          disabled={fields.all && fields.budget === ''}
          value={fields.newest}
          onChange={(newest) => set({ newest })}
        />
        <NumberInput
          label={t('at most on the disk')}
          description={t('beyond it the oldest keep less')}
          placeholder={t('no limit')}
          suffix=" GB"
          size="xs"
          min={0.001}
          decimalScale={3}
          allowNegative={false}
          value={fields.budget}
          onChange={(budget) => set({ budget })}
        />
      </div>
    </>
  )
}
