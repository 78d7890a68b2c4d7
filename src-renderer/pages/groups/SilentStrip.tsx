import { type MouseEvent, type Ref, useEffect, useMemo, useRef, useState } from 'react'
import { showGroupsOf } from '../../actions/groups-page.ts'
import { percent } from '../../format/number.ts'
import { useRem } from '../../parts/useLook.ts'
import type { Figures, StepFigures } from '../../stores/group-figures.ts'
import { t } from '../../text/t.ts'
import type { Scale } from './cells.ts'
import { useSteps } from './data.ts'
import { drawSilence, type HeatColours } from './draw.ts'
import styles from './Page.module.css'

interface SilentStripProps {
  figures: Figures
  scale: Scale
  colours: HeatColours
  /** Of what is as wide as the cells below. */
  ref: Ref<HTMLDivElement>
}

const silentOf = ({ silent: { right, wrong, alike } }: StepFigures) => right + wrong + alike

/** The share of groups without signal in each step, above the steps of the heatmap; a click opens the groups of a step. */
export function SilentStrip({ figures, scale, colours, ref }: SilentStripProps) {
  const steps = useSteps(figures)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [pointed, setPointed] = useState<{ of: StepFigures; x: number } | null>(null)
  const rem = useRem()
  const height = Math.round(2.25 * rem)
  const all = useMemo(() => {
    const sumOf = (count: (one: StepFigures) => number) => steps.reduce((sum, one) => sum + count(one), 0)
    return {
      groups: sumOf(({ groups }) => groups),
      silent: sumOf(silentOf),
      right: sumOf(({ silent }) => silent.right),
      wrong: sumOf(({ silent }) => silent.wrong),
      alike: sumOf(({ silent }) => silent.alike),
    }
  }, [steps])
  useEffect(() => {
    if (canvas.current && scale.width > 0) drawSilence(canvas.current, steps, scale, height, colours)
  }, [steps, scale, height, colours])
  const at = (event: MouseEvent) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left
    const wanted = scale.first + (x / Math.max(1, scale.width)) * (scale.last - scale.first + 1) - 0.5
    const away = ({ step }: StepFigures) => Math.abs(step - wanted)
    return { x, of: steps.reduce((nearest, one) => (away(one) < away(nearest) ? one : nearest)) }
  }
  const share = percent(all.silent / all.groups, 0)
  return (
    <div className={styles.strip}>
      <span className={styles.silent}>
        <b>{share}</b> {t('without signal')}
      </span>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the page's keys lead to a step as well */}
      <div
        ref={ref}
        className={styles.heat}
        role="img"
        aria-label={t('Share of groups without signal by step: {{share}} of all {{groups}} groups', {
          share,
          groups: all.groups,
        })}
        onMouseMove={(event) => setPointed(at(event))}
        onMouseLeave={() => setPointed(null)}
        onClick={(event) => showGroupsOf(at(event).of.step)}
      >
        <canvas ref={canvas} style={{ width: '100%', height }} />
        {pointed && (
          <span
            className={styles.tip}
            data-side={pointed.x > scale.width / 2 ? 'left' : 'right'}
            style={{ left: pointed.x }}
            aria-hidden="true"
          >
            {aboutStep(pointed.of)}
          </span>
        )}
      </div>
      <span className={styles.ends}>
        {all.right + all.wrong > 0 || all.alike === 0
          ? t('{{right}} all right, {{wrong}} all wrong, of {{groups}} groups', all)
          : t('{{alike}} all alike, of {{groups}} groups', all)}
      </span>
    </div>
  )
}

function aboutStep(one: StepFigures): string {
  const { step, groups, silent } = one
  return [
    t('step {{step}}', { step }),
    t('{{silent}} of {{groups}} groups without signal', { silent: silentOf(one), groups }),
    t('{{right}} all right, {{wrong}} all wrong', { right: silent.right, wrong: silent.wrong }),
  ].join(' · ')
}
