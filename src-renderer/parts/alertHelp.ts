/** What a person can do at once about an alert: each fills knobs in, or runs a command; nothing is applied unasked. */

import { domains } from '../../src-main/contract/domains.ts'
import { type KnobName, knobValue } from '../../src-main/contract/knobs.ts'
import type { AlertKind, RunStatus } from '../../src-main/contract/records.ts'
import type { RewardName } from '../../src-main/contract/rewards.ts'
import type { Settings } from '../../src-main/contract/settings.ts'
import { wayBack } from '../../src-main/contract/way-back.ts'
import { askBranch } from '../actions/branch.ts'
import { goToSystem } from '../actions/goTo.ts'
import { pause } from '../actions/pause.ts'
import { resumeRun } from '../actions/resumeRun.ts'
import { nextStage, refreshReference, stayInStage } from '../actions/stages.ts'
import { plain } from '../format/number.ts'
import { liveStore } from '../stores/live.ts'
import { isActive, isResumable } from '../stores/runs.ts'
import { setDraft } from '../stores/steer.ts'
import { t } from '../text/t.ts'

export interface Help {
  name: string
  /** @param step of the alert */
  run: (settings: Settings, step: number) => void
  /** Whether it makes sense; by default while the run has an engine. */
  applies?: (settings: Settings, status: RunStatus) => boolean
  /** It is no matter of the run: its page need not be shown first. */
  elsewhere?: true
}

const focusKnob = (name: KnobName) =>
  requestAnimationFrame(() => document.querySelector<HTMLInputElement>(`[data-knob="${name}"] input`)?.focus())

function draft(name: KnobName, value: number): void {
  setDraft(name, plain(value))
  focusKnob(name)
}

const round = (value: number) => Number(value.toPrecision(2))

const halveRate: Help = {
  name: t('Halve the learning rate'),
  run: (s) => draft('learningRate', round(s.learningRate / 2)),
}
const calmer: Help = {
  name: t('Roll back, with a lower learning rate…'),
  run: (s, step) => {
    const { runId, checkpoints } = liveStore.getState()
    const way = wayBack(step, checkpoints, s)
    if (runId && way) askBranch({ kind: 'roll-back', runId, step: way.to, changes: { learningRate: way.learningRate } })
  },
  applies: (_, status) => status !== 'abandoned',
}
const raiseBeta: Help = {
  name: t('Raise β'),
  run: (s) => draft('beta', s.beta > 0 ? round(s.beta * 2) : 0.001),
}
const refresh: Help = { name: t('Refresh the reference'), run: () => void refreshReference.run() }
const warmer: Help = {
  name: t('Raise the temperature'),
  run: (s) => draft('temperature', Math.min(5, round(s.temperature + 0.1))),
}
const larger: Help = { name: t('Double the group'), run: (s) => draft('groupSize', Math.min(256, s.groupSize * 2)) }
const longer: Help = {
  name: t('Raise the token limit'),
  run: (s) => draft('maxCompletionTokens', Math.ceil(s.maxCompletionTokens * 1.5)),
}

const halved = (name: `rewardWeights.${RewardName}`, label: string): Help => ({
  name: label,
  run: (s) => draft(name, round(knobValue(s, name) / 2)),
  applies: (s, status) => isActive(status) && knobValue(s, name) > 0,
})
const lighterForm = halved('rewardWeights.format', t('Halve the weight of the form'))
const lighterHelpfulness = halved('rewardWeights.helpfulness', t('Halve the weight of helpfulness'))
const lighterSafety = halved('rewardWeights.safety', t('Halve the weight of safety'))
const moreLanguage: Help = {
  name: t('Double the weight of the language'),
  run: (s) => draft('rewardWeights.language', Math.min(10, round((s.rewardWeights.language ?? 0) * 2) || 0.1)),
  applies: (s, status) => isActive(status) && s.rewardWeights.language !== undefined,
}
const rulesAlone: Help = {
  name: t('Rules alone on reasoning prompts'),
  run: (s) => {
    const turned = domains.filter((domain) => domain !== 'general' && s.sideWeights[domain].general !== 0)
    for (const domain of turned.reverse()) draft(`sideWeights.${domain}.general`, 0)
  },
}
const onward: Help = { name: t('Next stage'), run: () => void nextStage.run() }
const remain: Help = { name: t('Stay'), run: () => void stayInStage.run() }
const goOn: Help = {
  name: t('Go on'),
  run: () => void pause.run(),
  applies: (_, status) => status === 'paused',
}
const fromCheckpoint: Help = {
  name: t('Resume from the last checkpoint'),
  run: () => void resumeRun.run(),
  applies: (_, status) => isResumable({ status, source: null, job: null }),
}
const doctor: Help = {
  name: t('See the backends'),
  run: () => void goToSystem.run(),
  applies: () => true,
  elsewhere: true,
}

const helps: Readonly<Record<AlertKind, readonly Help[]>> = {
  'kl-jump': [halveRate, raiseBeta, refresh],
  'kl-explosion': [calmer, raiseBeta, refresh],
  'gradient-explosion': [calmer, halveRate],
  'non-finite': [calmer, halveRate],
  'no-signal': [warmer, larger],
  'all-truncated': [longer],
  'sampler-gap': [doctor],
  'length-growth': [raiseBeta],
  'repetition-growth': [raiseBeta, halveRate],
  'identical-answers': [warmer, larger],
  'hollow-format': [lighterForm, raiseBeta],
  'other-language': [moreLanguage, raiseBeta],
  'reward-apart': [raiseBeta, refresh],
  'reward-model-range': [lighterHelpfulness, lighterSafety, raiseBeta],
  'neural-reward': [rulesAlone],
  gate: [onward, remain],
  'reward-model': [goOn],
  'no-data': [],
  'disk-full': [goOn],
  storage: [goOn],
  checkpoint: [goOn],
  'engine-died': [fromCheckpoint],
  trainer: [],
  'trainer-note': [],
}

/** What can be done about an alert as the run is now. */
export const helpFor = (kind: AlertKind, settings: Settings, status: RunStatus): Help[] =>
  helps[kind].filter(({ applies = (_, s) => isActive(s) }) => applies(settings, status))
