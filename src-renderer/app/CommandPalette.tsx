import { createSpotlight, Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import { useEffect, useMemo } from 'react'
import { type ActionGroup, nameOf } from '../actions/action.ts'
import { actions } from '../actions/index.ts'
import { percent } from '../format/number.ts'
import { Keys } from '../parts/Keys.tsx'
import { go } from '../stores/route.ts'
import { useRuns, useView } from '../stores/use.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'

const [spotlightStore, spotlight] = createSpotlight()

export function CommandPalette() {
  const open = useView((view) => view.palette)
  const { runs } = useRuns()
  useEffect(() => (open ? spotlight.open() : spotlight.close()), [open])

  const groups = useMemo((): SpotlightActionGroupData[] => {
    if (!open) return []
    const names = [...new Set(actions.map((a) => a.group))] as ActionGroup[]
    const commands = names.map((group) => ({
      group,
      actions: actions
        .filter((a) => a.group === group && a.id !== 'open-palette' && a.enabled())
        .map((a) => ({
          id: a.id,
          label: nameOf(a),
          keywords: a.words,
          rightSection: a.keys[0] ? <Keys keys={a.keys[0]} /> : undefined,
          onClick: () => void a.run(),
        })),
    }))
    const shown = (runs ?? []).slice(0, 200).map((run) => ({
      id: run.id,
      label: t('Run #{{number}} {{name}}', { number: run.number, name: run.name }),
      description: t('{{status}}, step {{step}} of {{totalSteps}}, held-out {{accuracy}}', {
        status: run.status,
        step: run.step,
        totalSteps: run.totalSteps ?? '?',
        accuracy: percent(run.accuracy),
      }),
      onClick: () => go({ page: 'live', runId: run.id, step: null, opened: null }),
    }))
    return [...commands, { group: 'Runs', actions: shown }].filter((g) => g.actions.length > 0)
  }, [open, runs])

  return (
    <Spotlight
      store={spotlightStore}
      actions={groups}
      shortcut={null}
      scrollable
      attributes={{ content: { 'aria-label': t('Command palette') } }}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, 'aria-label': t('Commands') } }}
      maxHeight="28rem"
      limit={60}
      highlightQuery
      overlayProps={{ backgroundOpacity: 0.6 }}
      transitionProps={{ duration: 0 }}
      nothingFound="No command by that name."
      searchProps={{ placeholder: t('Do, or go to…'), 'aria-label': t('Command') }}
      onSpotlightClose={() => viewStore.setState({ palette: false })}
    />
  )
}
