import { Button } from '@mantine/core'
import type { StageRecord } from '../../../src-main/contract/records.ts'
import { rewardTable } from '../../../src-main/contract/rewards.ts'
import { leavesPolicy, type StageKind } from '../../../src-main/contract/stages.ts'
import { skipStage } from '../../actions/plan.ts'
import { compact, plain } from '../../format/number.ts'
import { span } from '../../format/time.ts'
import { emptyFilters, go } from '../../stores/route.ts'
import { showRun } from '../../stores/show-run.ts'
import { viewStore } from '../../stores/view.ts'
import { labelOf } from '../../text/setting-label.ts'
import { doneIn, endOf, gateConditions, isCurrent, kindOf, shareOf } from '../../text/stages.ts'
import { list, t } from '../../text/t.ts'
import { valueWords } from '../../text/value.ts'
import { type Course, gateProgress, inputOf, secondsOf, settingsChanged, stepsOf, sumOf, weighed } from './facts.ts'
import { GatePlot } from './GatePlot.tsx'
import { Measured } from './Measured.tsx'
import styles from './Page.module.css'

interface StageCardProps {
  stage: StageRecord
  course: Course
  /** The run can be steered: a stage to come may be skipped. */
  steerable: boolean
  /** Of the steps in it. */
  counts: { checkpoints: number; alerts: number; changes: number }
}

export function StageCard({ stage, course, steerable, counts }: StageCardProps) {
  const { detail } = course
  const planned = detail.config.stages[stage.stage]
  const current = isCurrent(stage, detail)
  const waits = stage.firstStep === null && stage.endReason === null
  const state = current ? 'current' : waits ? 'waits' : 'over'
  const steps = stepsOf(stage, detail)
  const seconds = secondsOf(stage, course)
  const kept = sumOf(stage, 'samples/kept', course)
  const gate = gateProgress(stage, course)
  const conditions = planned ? gateConditions(planned) : []
  const changed = settingsChanged(detail.config, stage.stage)
  return (
    <li className={styles.stage} data-state={state} aria-current={current ? 'step' : undefined}>
      <span className={styles.sign} aria-hidden="true">
        {state === 'over' ? (stage.endReason === 'stopped' ? '■' : '✓') : stage.stage + 1}
      </span>
      <header>
        <h2>{stage.name}</h2>
        <span className={styles.kind}>{kindOf(stage)?.label ?? stage.kind}</span>
        <p>{endOf(stage, detail)}</p>
        <span className={styles.cost}>
          {steps && <>{t('steps {{from}} to {{to}}', { from: steps[0], to: steps[1] })}</>}
          {seconds !== null && seconds > 0 && <> · {span(seconds)}</>}
        </span>
      </header>
      <div className={styles.bar}>
        <i style={{ transform: `scaleX(${shareOf(stage, detail)})` }} />
      </div>
      <p className={styles.about}>{kindOf(stage)?.about}</p>
      <dl className={styles.facts}>
        {planned && (
          <div>
            <dt>{inputNames[planned.kind]()}</dt>
            {inputOf(planned).map((line) => (
              <dd key={line}>{line}</dd>
            ))}
            {kept !== null && <dd>{t('{{number}} samples kept', { number: compact(kept) })}</dd>}
          </div>
        )}
        {planned?.kind === 'grpo' && (
          <div>
            <dt>{t('rewards')}</dt>
            {weighed(detail.config, stage.stage).map(({ name, weight }) => (
              <dd key={name}>
                {t(rewardTable[name].label)} <span className={styles.times}>× {plain(weight)}</span>
              </dd>
            ))}
          </div>
        )}
        {(changed.length > 0 || (planned?.milestones?.length ?? 0) > 0) && (
          <div>
            <dt>{t('settings that change')}</dt>
            {changed.map(({ path, from, to }) => (
              <dd key={path}>
                {labelOf(path)} {valueWords(from)} → {valueWords(to)}
              </dd>
            ))}
            {planned?.milestones?.map(({ at, settings }) => (
              <dd key={at}>
                {t('from its step {{step}}: {{settings}}', { step: at, settings: settingWords(settings) })}
              </dd>
            ))}
          </div>
        )}
        {conditions.length > 0 && (
          <div>
            <dt>{t('gate')}</dt>
            {conditions.map((words) => (
              <dd key={words}>{words}</dd>
            ))}
            {gate && (
              <dd>
                <GatePlot progress={gate} />
              </dd>
            )}
          </div>
        )}
        {planned && (!leavesPolicy(planned) || planned.kind === 'evaluate') && (
          <Measured stage={stage} course={course} />
        )}
      </dl>
      <footer>
        {steps && (
          <>
            <Button size="compact-xs" variant="default" onClick={() => showCharts(detail.id, steps)}>
              {t('On the charts')}
            </Button>
            {planned?.kind !== 'sft' && planned?.kind !== 'distil' && (
              <Button size="compact-xs" variant="default" onClick={() => showTraces(detail.id, steps)}>
                {t('Its completions')}
              </Button>
            )}
            <span>
              {[
                counts.checkpoints > 0 && t('{{count}} checkpoints', { count: counts.checkpoints }),
                counts.changes > 0 && t('{{count}} changes by hand', { count: counts.changes }),
                counts.alerts > 0 && t('{{count}} alerts', { count: counts.alerts }),
              ]
                .filter((words) => words !== false)
                .join(' · ')}
            </span>
          </>
        )}
        {waits && steerable && (
          <Button size="compact-xs" variant="default" onClick={() => void skipStage(stage.stage)}>
            {t('Skip')}
          </Button>
        )}
        {current && doneIn(stage, detail) === 0 && <span>{t('begins now')}</span>}
      </footer>
    </li>
  )
}

const inputNames: Record<StageKind, () => string> = {
  grpo: () => t('samples for'),
  'rejection-sampling': () => t('samples for'),
  evaluate: () => t('measures on'),
  sft: () => t('learns from'),
  distil: () => t('learns from'),
  'reward-model': () => t('learns from'),
}

const settingWords = (settings: object): string =>
  list(
    Object.entries(settings).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).map(([key, inner]) => `${labelOf(`${name}.${key}`)} ${valueWords(inner)}`)
        : [`${labelOf(name)} ${valueWords(value)}`],
    ),
  )

function showCharts(runId: string, [from, to]: [number, number]): void {
  showRun(runId)
  viewStore.setState({ zoom: to - from >= 4 ? [from, to] : null })
}

const showTraces = (runId: string, [from, to]: [number, number]) =>
  go({ page: 'traces', runId, filters: { ...emptyFilters, fromStep: String(from), toStep: String(to) } })
