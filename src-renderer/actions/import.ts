import { heard } from '../stores/connection.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

export const importRun: Action = {
  id: 'import-run',
  name: t('Import a run…'),
  group: 'Run',
  keys: ['shift+I'],
  words: 'trl verl tensorboard csv jsonl parquet export bring in table file folder',
  enabled: heard,
  run: () => viewStore.setState({ importing: true }),
}
