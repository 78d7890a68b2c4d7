/** What people call the formats of imports. */
import type { ImportFormat } from '../../../src-main/contract/imports.ts'
import { t } from '../../text/t.ts'

export const formatNames: Record<ImportFormat, string> = {
  trl: t('Folder of TRL’s GRPOTrainer'),
  verl: t('Rollouts of verl'),
  tensorboard: t('Event files of TensorBoard'),
  csv: t('Table: CSV'),
  jsonl: t('Table: JSON lines'),
  parquet: t('Table: Parquet'),
  export: t('Export of grpo-studio'),
}

export const formatChoices = Object.entries(formatNames).map(([value, label]) => ({ value, label }))
