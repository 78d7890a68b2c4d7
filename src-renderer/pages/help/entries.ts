/** Everything that the help explains, from the texts that the contract has for it, and the search over them. */
import { alertKinds } from '../../../src-main/contract/alert-kinds.ts'
import {
  criticMetrics,
  type MetricInfo,
  metrics,
  processMetrics,
  sideMetrics,
  stageMetrics,
} from '../../../src-main/contract/metrics.ts'
import { type NumberSetting, numberSettings } from '../../../src-main/contract/number-settings.ts'
import { type RewardParameter, rewardInfo, rewardNames } from '../../../src-main/contract/rewards.ts'
import { keyCaps, nameOf } from '../../actions/action.ts'
import { actions } from '../../actions/index.ts'
import { plain } from '../../format/number.ts'
import type { HelpTopic } from '../../stores/route.ts'
import { t } from '../../text/t.ts'
import { points } from './points.ts'
import { tour } from './tour.ts'

export interface HelpEntry {
  topic: HelpTopic
  /** As files and the command line have it; empty for what has no such name. */
  id: string
  title: string
  about: string
  /** Name and value of what else is to be said. */
  facts: [string, string][]
}

const unitOf = (unit: string): [string, string][] => (unit === '' ? [] : [[t('unit'), t(unit)]])

const metricEntries: HelpEntry[] = Object.entries({
  ...(metrics as Record<string, MetricInfo>),
  ...stageMetrics,
  ...processMetrics,
  ...criticMetrics,
  ...sideMetrics,
}).map(([id, { label, unit, about }]) => ({
  topic: 'metrics',
  id,
  title: t(label),
  about: t(about),
  facts: unitOf(unit),
}))

const settingEntries: HelpEntry[] = Object.entries<NumberSetting>(numberSettings).map(([id, info]) => ({
  topic: 'settings',
  id,
  title: t(info.label),
  about: t(info.effect),
  facts: [
    ...unitOf(info.unit),
    [t('range'), t('{{min}} to {{max}}', { min: plain(info.min), max: plain(info.max) })],
    [t('default'), plain(info.default)],
    ...(info.paper === undefined ? [] : [[t('in the paper'), plain(info.paper)] as [string, string]]),
    [t('while a run goes'), info.steerable ? t('can be turned') : t('stays as it is')],
  ],
}))

function parameterFacts([name, info]: [string, RewardParameter]): [string, string] {
  return [name, `${t(info.effect)} ${t('Default: {{value}}.', { value: String(info.default) || '–' })}`]
}

const rewardEntries: HelpEntry[] = rewardNames.map((id) => {
  const { label, about, range, parameters, side } = rewardInfo[id]
  return {
    topic: 'rewards',
    id,
    title: t(label),
    about: t(about),
    facts: [
      [t('values'), t('{{min}} to {{max}}', { min: plain(range[0]), max: plain(range[1]) })],
      [t('side'), t(side ?? 'reasoning')],
      ...Object.entries(parameters).map(parameterFacts),
    ],
  }
})

const alertEntries: HelpEntry[] = Object.entries(alertKinds).map(([id, { label, when, run }]) => ({
  topic: 'alerts',
  id,
  title: t(label),
  about: t(when),
  facts: [[t('the run'), t(run)]],
}))

const plainEntries = (topic: HelpTopic, list: readonly { title: string; about: string }[]): HelpEntry[] =>
  list.map(({ title, about }) => ({ topic, id: '', title, about, facts: [] }))

/** Their names depend on what can be done now. */
const commandEntries = (): HelpEntry[] =>
  actions.map((action) => ({
    topic: 'keys',
    id: action.id,
    title: nameOf(action),
    about: t(action.group),
    facts: action.keys.map((keys) => [t('key'), keyCaps(keys).join(' ')]),
  }))

/** In the order of the topics. */
export const entries = (): HelpEntry[] => [
  ...plainEntries('grpo', points),
  ...plainEntries('tour', tour),
  ...metricEntries,
  ...settingEntries,
  ...rewardEntries,
  ...alertEntries,
  ...commandEntries(),
]

export const wordsOf = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(Boolean)

/** Entries in which every word occurs; those that have one in their name come first. */
export function found(text: string, among: readonly HelpEntry[] = entries()): HelpEntry[] {
  const words = wordsOf(text)
  if (words.length === 0) return [...among]
  const named = ({ title, id }: HelpEntry) => `${title}\n${id}`.toLowerCase()
  const all = (entry: HelpEntry) => `${named(entry)}\n${entry.about}\n${entry.facts.flat().join('\n')}`.toLowerCase()
  const hits = among.filter((entry) => words.every((word) => all(entry).includes(word)))
  const inName = (entry: HelpEntry) => words.filter((word) => named(entry).includes(word)).length
  return hits.toSorted((a, b) => inName(b) - inName(a))
}
