import { ActionIcon } from '@mantine/core'
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react'
import { type CSSProperties, memo, useEffect, useState } from 'react'
import type { PromptAppearance } from '../../../../src-main/contract/api.ts'
import { hint } from '../../../parts/hint.ts'
import { bestFirst, readerStore, showAppearance } from '../../../stores/reader.ts'
import { t } from '../../../text/t.ts'
import { momentName } from './moment.ts'
import styles from './Time.module.css'

const playMs = 900
/** More bars than this in a column would not be seen apart. */
const bars = 64

/** Every so-manieth of a sorted list, so that shares and shape stay. */
function thinned<T>(sorted: T[]): T[] {
  const every = Math.ceil(sorted.length / bars)
  return sorted.filter((_, i) => i % every === 0)
}

/** Past this many moments only some get their step written under them. */
const labels = 16

/** Every time the model met this prompt: its samples as bars as long as they are, right ones blue. The slider picks a moment. */
export const TimeScrubber = memo(function TimeScrubber(props: { appearances: PromptAppearance[]; at: number }) {
  const { appearances, at } = props
  const [playing, setPlaying] = useState(false)
  const count = appearances.length
  const last = count - 1

  useEffect(() => {
    if (!playing) return
    const timer = setInterval(() => {
      const { at: now } = readerStore.getState()
      if (now >= last) setPlaying(false)
      else showAppearance(now + 1)
    }, playMs)
    return () => clearInterval(timer)
  }, [playing, last])

  const play = () => {
    if (!playing && at >= last) showAppearance(0)
    setPlaying(!playing)
  }
  const every = Math.ceil(count / labels)
  const longest = Math.max(1, ...appearances.flatMap((a) => a.samples.map((s) => s.tokens ?? 0)))

  return (
    <div className={styles.time}>
      <ActionIcon
        {...hint(playing ? t('Stop') : t('Play from the first meeting to now'))}
        variant="default"
        size="lg"
        disabled={count < 2}
        onClick={play}
        aria-label={playing ? t('Stop playing') : t('Play through time')}
      >
        {playing ? (
          <IconPlayerPauseFilled size="1rem" aria-hidden="true" />
        ) : (
          <IconPlayerPlayFilled size="1rem" aria-hidden="true" />
        )}
      </ActionIcon>
      <div className={styles.moments} style={{ '--count': count } as CSSProperties}>
        {appearances.map((appearance, i) => (
          <div
            key={`${appearance.source} ${appearance.step} ${appearance.group}`}
            className={styles.moment}
            data-shown={i === at}
            data-source={appearance.source}
            aria-hidden="true"
          >
            <div className={styles.bars}>
              {thinned(bestFirst(appearance)).map((s) => (
                <i
                  key={s.sample}
                  data-right={s.correct ?? 'unknown'}
                  style={{ height: `${(100 * (s.tokens ?? 0)) / longest}%` }}
                />
              ))}
            </div>
            <span>{i % every === 0 || i === at ? appearance.step : ''}</span>
          </div>
        ))}
        <input
          type="range"
          className={styles.slider}
          min={0}
          max={Math.max(0, last)}
          value={at}
          disabled={count < 2}
          onChange={(event) => showAppearance(Number(event.currentTarget.value))}
          aria-label={t('Moment')}
          aria-valuetext={momentName(appearances[at])}
        />
      </div>
      <p className={styles.timeLegend}>
        <span>
          <i data-right="true" /> {t('right')}
        </span>
        <span>
          <i data-right="false" /> {t('wrong')}
        </span>
        {appearances.some((a) => a.samples.some((s) => s.correct === null)) && (
          <span>
            <i data-right="unknown" /> {t('no verdict')}
          </span>
        )}
        {appearances.some((a) => a.source === 'evaluation') && (
          <span>
            <i data-held-out /> {t('held-out')}
          </span>
        )}
        <span>{t('height: {{longest}} tokens', { longest })}</span>
      </p>
    </div>
  )
})
