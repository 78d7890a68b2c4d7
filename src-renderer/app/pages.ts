/** Which component draws which page. What a person opens first is in the first bundle; the rest is loaded when it is asked for. */
import { type ComponentType, lazy } from 'react'
import { LivePage } from '../pages/live/Page.tsx'
import { PlaygroundPage } from '../pages/playground/Page.tsx'
import { RunsPage } from '../pages/runs/Page.tsx'
import { SystemPage } from '../pages/system/Page.tsx'
import { TracesPage } from '../pages/traces/Page.tsx'
import type { Route } from '../stores/route.ts'

export const pages: Record<Route['page'], ComponentType> = {
  live: LivePage,
  runs: RunsPage,
  traces: TracesPage,
  playground: PlaygroundPage,
  library: lazy(() => import('../pages/library/Page.tsx').then((m) => ({ default: m.LibraryPage }))),
  alerts: lazy(() => import('../pages/alerts/Page.tsx').then((m) => ({ default: m.AlertsPage }))),
  settings: lazy(() => import('../pages/settings/Page.tsx').then((m) => ({ default: m.SettingsPage }))),
  help: lazy(() => import('../pages/help/Page.tsx').then((m) => ({ default: m.HelpPage }))),
  system: SystemPage,
  pipeline: lazy(() => import('../pages/pipeline/Page.tsx').then((m) => ({ default: m.PipelinePage }))),
  groups: lazy(() => import('../pages/groups/Page.tsx').then((m) => ({ default: m.GroupsPage }))),
  rewards: lazy(() => import('../pages/rewards/Page.tsx').then((m) => ({ default: m.RewardsPage }))),
  compare: lazy(() => import('../pages/compare/Page.tsx').then((m) => ({ default: m.ComparePage }))),
  preferences: lazy(() => import('../pages/preferences/Page.tsx').then((m) => ({ default: m.PreferencesPage }))),
  sweeps: lazy(() => import('../pages/sweeps/Page.tsx').then((m) => ({ default: m.SweepsPage }))),
  'reward-models': lazy(() => import('../pages/reward-models/Page.tsx').then((m) => ({ default: m.RewardModelsPage }))),
  measure: lazy(() => import('../pages/measure/Page.tsx').then((m) => ({ default: m.MeasurePage }))),
}
