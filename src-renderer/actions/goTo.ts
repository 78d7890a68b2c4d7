import { comparedRuns } from '../stores/compare.ts'
import { emptyGroupList } from '../stores/group-list.ts'
import { liveStore } from '../stores/live.ts'
import { emptyAlertFilters, emptyFilters, go } from '../stores/route.ts'
import { lastRunList } from '../stores/run-list.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

export const goToRuns: Action = {
  id: 'go-to-runs',
  name: t('Runs'),
  group: 'Go to',
  keys: ['1'],
  words: 'list history resume',
  enabled: () => true,
  run: () => go({ page: 'runs', list: lastRunList() }),
}

export const goToLive: Action = {
  id: 'go-to-live',
  name: t('Live'),
  group: 'Go to',
  keys: ['2'],
  words: 'charts steer watch',
  enabled: () => true,
  run: () => go({ page: 'live', runId: null, step: null, opened: null }),
}

export const goToGroups: Action = {
  id: 'go-to-groups',
  name: () => t('Groups'),
  group: 'Go to',
  keys: ['H'],
  words: 'heatmap advantage prompts difficulty solve rate spread signal history',
  enabled: () => true,
  run: () => go({ page: 'groups', runId: null, list: emptyGroupList }),
}

export const goToTraces: Action = {
  id: 'go-to-traces',
  name: t('Traces'),
  group: 'Go to',
  keys: ['5'],
  words: 'search completions samples text find answers',
  enabled: () => true,
  run: () => go({ page: 'traces', runId: null, filters: emptyFilters }),
}

export const goToPlayground: Action = {
  id: 'go-to-playground',
  name: t('Playground'),
  group: 'Go to',
  keys: ['3'],
  words: 'ask talk answer sample prompt generate',
  enabled: () => true,
  run: () => go({ page: 'playground' }),
}

export const goToLibrary: Action = {
  id: 'go-to-library',
  name: t('Library'),
  group: 'Go to',
  keys: ['4'],
  words: 'models fetch download hub hugging face gguf data sets checkpoints disk space delete prune',
  enabled: () => true,
  run: () => go({ page: 'library', section: 'models' }),
}

export const goToAlerts: Action = {
  id: 'go-to-alerts',
  name: t('Alerts'),
  group: 'Go to',
  keys: ['shift+A'],
  words: 'warnings problems seen unseen hacking explosion',
  enabled: () => true,
  run: () => go({ page: 'alerts', filters: emptyAlertFilters }),
}

export const goToRewards: Action = {
  id: 'go-to-rewards',
  name: t('Rewards'),
  group: 'Go to',
  keys: ['6'],
  words: 'own reward function write try javascript editor',
  enabled: () => true,
  run: () => go({ page: 'rewards' }),
}

/** What was compared last, else nothing yet. */
export const goToCompare: Action = {
  id: 'go-to-compare',
  name: t('Compare'),
  group: 'Go to',
  keys: ['7'],
  words: 'runs overlay differences branches forks side by side evaluations',
  enabled: () => true,
  run: () => go({ page: 'compare', runs: comparedRuns() }),
}

/** Of the run that the live page has. */
export const goToPipeline: Action = {
  id: 'go-to-pipeline',
  name: () => t('Pipeline'),
  group: 'Go to',
  keys: ['shift+P'],
  words: 'stages plan gates milestones transitions',
  enabled: () => true,
  run: () => go({ page: 'pipeline', runId: liveStore.getState().runId }),
}

export const goToPreferences: Action = {
  id: 'go-to-preferences',
  name: t('Preferences'),
  group: 'Go to',
  keys: ['8'],
  words: 'label annotate pairs side by side safe reward model',
  enabled: () => true,
  run: () => go({ page: 'preferences', set: null }),
}

export const goToSweeps: Action = {
  id: 'go-to-sweeps',
  name: t('Sweeps'),
  group: 'Go to',
  keys: ['shift+G'],
  words: 'grid ablations settings seeds comparison',
  enabled: () => true,
  run: () => go({ page: 'sweeps', name: null }),
}

export const goToRewardModels: Action = {
  id: 'go-to-reward-models',
  name: t('Reward models'),
  group: 'Go to',
  keys: ['shift+M'],
  words: 'helpfulness safety preferences train calibration judge',
  enabled: () => true,
  run: () => go({ page: 'reward-models', names: [] }),
}

export const goToMeasure: Action = {
  id: 'go-to-measure',
  name: t('Measure'),
  group: 'Go to',
  keys: ['M'],
  words: 'evaluate evaluation benchmark accuracy pass@k data set gsm8k jsonl csv parquet',
  enabled: () => true,
  run: () => go({ page: 'measure', shown: null, against: null }),
}

export const goToSystem: Action = {
  id: 'go-to-system',
  name: t('System'),
  group: 'Go to',
  keys: ['9'],
  words: 'doctor backend gpu versions data folder',
  enabled: () => true,
  run: () => go({ page: 'system' }),
}

export const goToSettings: Action = {
  id: 'go-to-settings',
  name: t('Settings'),
  group: 'Go to',
  keys: ['mod+,'],
  words: 'preferences appearance language notifications import export',
  enabled: () => true,
  run: () => go({ page: 'settings', text: '' }),
}

export const goToHelp: Action = {
  id: 'go-to-help',
  name: t('Help'),
  group: 'Go to',
  keys: ['F1'],
  words: 'manual tour what is grpo explain metrics settings rewards alerts',
  enabled: () => true,
  run: () => go({ page: 'help', topic: null, text: '' }),
}
