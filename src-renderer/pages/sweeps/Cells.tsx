import { IconChartLine } from '@tabler/icons-react'
import type { Estimate } from '../../../src-main/contract/evaluation.ts'
import type { CellResult, Spread, SweepResult } from '../../../src-main/contract/sweep.ts'
import { compact, memory, percent, signed } from '../../format/number.ts'
import { span } from '../../format/time.ts'
import { hint } from '../../parts/hint.ts'
import { Interval } from '../../parts/Interval.tsx'
import { go, routeHash } from '../../stores/route.ts'
import { t } from '../../text/t.ts'
import { useColours } from '../compare/data.ts'
import styles from './Page.module.css'

/** A row a cell: how right it ends, how far from the reference, and what that took. */
export function Cells({ result: { cells, plan } }: { result: SweepResult }) {
  const colours = useColours(cells.length)
  const mixing = cells.some(({ languageMixing }) => languageMixing !== null && languageMixing.value > 0)
  return (
    <section className={styles.cells} aria-label={t('Cells')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('Cell')}</th>
            <th scope="col">{t('Runs')}</th>
            <th
              scope="col"
              {...hint(t('Held out, at the end: mean over seeds, with its 95 % interval over seeds and prompts'))}
            >
              {t('Accuracy, 95 % interval')}
            </th>
            <th scope="col" {...hint(t('On the same prompts and by the same seeds, in percentage points'))}>
              {t('Less the reference')}
            </th>
            <th scope="col">{t('Tokens each')}</th>
            {mixing && <th scope="col">{t('Other language')}</th>}
            <th scope="col">{t('Training')}</th>
            <th scope="col">{t('A step')}</th>
            <th scope="col" data-further>
              {t('Tokens')}
            </th>
            <th scope="col">{t('Memory')}</th>
          </tr>
        </thead>
        <tbody>
          {cells.map((cell, i) => (
            <tr key={cell.label}>
              <th scope="row">
                <i style={{ background: colours[i] }} aria-hidden="true" />
                {cell.label}
              </th>
              <td>
                <Runs cell={cell} />
              </td>
              <td>{cell.accuracy ? <Interval {...cell.accuracy} color={colours[i]} /> : '–'}</td>
              <td>
                {i === plan.reference ? (
                  <span className={styles.faint}>{t('reference')}</span>
                ) : (
                  <Difference of={cell.difference} />
                )}
              </td>
              <td>{compact(cell.meanLength?.mean)}</td>
              {mixing && (
                <td>{cell.languageMixing ? <Interval {...cell.languageMixing} color={colours[i]} /> : '–'}</td>
              )}
              <td {...range(cell.seconds, span)}>{span(cell.seconds?.mean)}</td>
              <td>{cell.secondsPerStep ? `${cell.secondsPerStep.mean.toFixed(2)} s` : '–'}</td>
              <td data-further>{compact(cell.tokens?.mean)}</td>
              <td>{cell.memory ? memory(cell.memory.max * 2 ** 20) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const range = (of: Spread | null, show: (value: number) => string) =>
  of && of.max > of.min ? hint(t('from {{min}} to {{max}}', { min: show(of.min), max: show(of.max) })) : {}

const marks = { finished: '●', failed: '✕', refused: '✕', removed: '–', waiting: '○' } as const

/** A mark a seed: hollow while it waits; those with a run lead to it, and all of them to the page that compares runs. */
function Runs({ cell }: { cell: CellResult }) {
  const numbers = cell.runs.flatMap(({ run }) => (run ? [run.number] : []))
  const compare = { page: 'compare', runs: numbers } as const
  return (
    <span className={styles.runs}>
      {cell.runs.map(({ seed, run, status, error, accuracy }) => {
        const said = t('seed {{seed}}: {{error}}', {
          seed,
          error: error ? `${status}, ${error.message}` : accuracy === null ? status : percent(accuracy),
        })
        const mark = marks[status as keyof typeof marks] ?? '◐'
        if (!run)
          return (
            <span key={seed} role="img" aria-label={said} data-status={status} {...hint(said)}>
              {mark}
            </span>
          )
        const route = { page: 'live', runId: run.id, step: null, opened: null } as const
        return (
          <a
            key={seed}
            href={routeHash(route)}
            aria-label={t('Run {{number}}, {{said}}', { number: run.number, said })}
            data-status={status}
            {...hint(`#${run.number}, ${said}`)}
            onClick={(event) => {
              event.preventDefault()
              go(route)
            }}
          >
            {mark}
          </a>
        )
      })}
      {numbers.length > 1 && (
        <a
          href={routeHash(compare)}
          aria-label={t('Compare the runs of {{label}}', { label: cell.label })}
          {...hint(t('Their curves over one another'))}
          onClick={(event) => {
            event.preventDefault()
            go(compare)
          }}
        >
          <IconChartLine size="0.8125rem" aria-hidden="true" />
        </a>
      )}
    </span>
  )
}

function Difference({ of }: { of: Estimate | null }) {
  if (!of) return <>–</>
  const points = (share: number) => signed(100 * share, 1)
  const clear = of.low > 0 || of.high < 0
  return (
    <span className={styles.difference} data-clear={clear}>
      <b>{points(of.value)}</b>{' '}
      <span className={styles.faint}>{t('{{low}} to {{high}}', { low: points(of.low), high: points(of.high) })}</span>
      {!clear && <i> {t('may be chance')}</i>}
    </span>
  )
}
