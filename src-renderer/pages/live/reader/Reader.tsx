import { Button, SegmentedControl, Skeleton } from '@mantine/core'
import {
  IconArrowLeft,
  IconChevronLeft,
  IconChevronRight,
  IconGitCompare,
  IconMathFunction,
  IconMessage,
} from '@tabler/icons-react'
import { memo, useDeferredValue, useEffect, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import type { PromptAppearance } from '../../../../src-main/contract/api.ts'
import { close, nextGroup, previousGroup, toggleDifferences, toggleFormulas } from '../../../actions/groups.ts'
import { tryPrompt } from '../../../actions/try-prompt.ts'
import { coverCharts } from '../../../charts/queue.ts'
import { ActionIconButton } from '../../../parts/ActionButton.tsx'
import { ModelText } from '../../../parts/ModelText.tsx'
import { Problem } from '../../../parts/Problem.tsx'
import { useWholeTexts } from '../../../parts/useWholeTexts.ts'
import type { SamplePlace } from '../../../stores/labels.ts'
import { bestFirst, meanTokens, readerStore } from '../../../stores/reader.ts'
import type { Opened } from '../../../stores/route.ts'
import { useLive, useView } from '../../../stores/use.ts'
import { t } from '../../../text/t.ts'
import { glimpse, visible } from '../../../text/visible.ts'
import { useReading, useTokens } from './data.ts'
import { momentName, rightness, tokensOnAverage } from './moment.ts'
import styles from './Reader.module.css'
import { Sample } from './Sample.tsx'
import { TimeScrubber } from './TimeScrubber.tsx'
import { ColourChoice, TokenLegend } from './TokenLegend.tsx'

/** Characters of a prompt that has room in the heading. */
const longest = 60

/** One prompt, read closely: the samples of a moment side by side, and how they changed as the model learned. */
export const Reader = memo(function Reader({ opened }: { opened: Opened }) {
  const { prompt, kind, error } = useReading(opened)
  const reader = useStore(readerStore)
  const heading = useRef<HTMLHeadingElement>(null)
  // A click is answered with the heading at once; the rest, and what the host sends, is built in slices that let other input through.
  const whole = useDeferredValue(true, false)
  const built = useDeferredValue(reader)
  const appearances = built.prompt === prompt ? built.appearances : null
  const { at, layout, differences } = built
  const runId = useLive((s) => s.runId)
  const [shown] = useWholeTexts(prompt, [{ runId, appearance: appearances?.[at] ?? null }])
  const long = prompt !== null && (prompt.length > longest || prompt.includes('\n'))

  useEffect(coverCharts, [])

  useEffect(() => {
    const before = document.activeElement
    heading.current?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])

  return (
    <section className={styles.reader} aria-label={t('Reader')}>
      <header className={styles.head}>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconArrowLeft size="0.9375rem" aria-hidden="true" />}
          onClick={() => void close.run()}
        >
          {t('Back')}
        </Button>
        <h2
          ref={heading}
          tabIndex={-1}
          className={styles.prompt}
          aria-label={t('Prompt {{prompt}}', { prompt: glimpse(prompt ?? '', 1000) })}
        >
          {(long ? t('A long problem') : prompt && <bdi>{visible(prompt)}</bdi>) ?? (
            <Skeleton width="12rem" height="1.5rem" animate={false} />
          )}
          {shown && !long && (
            <span className={styles.expected} title={t('The right answer')}>
              {glimpse(shown.answer)}
            </span>
          )}
        </h2>
        {kind && <span className={styles.kind}>{kind}</span>}
        <div className={styles.tools}>
          {whole && <Tools opened={opened} layout={layout} differences={differences} />}
        </div>
      </header>
      {long && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keys
        <div className={styles.question} tabIndex={0}>
          <ModelText text={prompt} />
          {shown && <b>{t('Right answer: {{answer}}', { answer: glimpse(shown.answer) })}</b>}
        </div>
      )}
      {error ? (
        <Problem explanation={error} title={t('This group cannot be read')} />
      ) : whole && appearances && shown ? (
        <>
          {/* The slider follows the hand; the samples follow the slider. */}
          <TimeScrubber appearances={appearances} at={Math.min(reader.at, appearances.length - 1)} />
          {layout === 'samples' ? (
            <OneMoment appearance={shown} sample={opened.kind === 'group' ? opened.sample : null} />
          ) : (
            <ThroughTime appearances={appearances} at={at} />
          )}
        </>
      ) : appearances ? (
        <p className={styles.none}>{t('This prompt has not come up in this run.')}</p>
      ) : (
        <div className={styles.grid} aria-hidden="true">
          {Array.from({ length: 8 }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
            <Skeleton key={i} height="11rem" animate={false} />
          ))}
        </div>
      )}
    </section>
  )
})

interface ToolsProps {
  opened: Opened
  layout: 'samples' | 'time'
  differences: boolean
}

function Tools({ opened, layout, differences }: ToolsProps) {
  const formulas = useView((v) => v.formulas)
  return (
    <>
      {opened.kind === 'group' && (
        <span className={styles.walk}>
          <ActionIconButton action={previousGroup} icon={<IconChevronLeft size="1rem" aria-hidden="true" />} />
          {t('group {{group}}', { group: opened.group + 1 })}
          <ActionIconButton action={nextGroup} icon={<IconChevronRight size="1rem" aria-hidden="true" />} />
        </span>
      )}
      {layout === 'samples' && <ColourChoice />}
      <SegmentedControl
        size="xs"
        value={layout}
        onChange={(value) => readerStore.setState({ layout: value === 'time' ? 'time' : 'samples' })}
        data={[
          { value: 'samples', label: t('Samples') },
          { value: 'time', label: t('Through time') },
        ]}
        aria-label={t('Side by side')}
      />
      <ActionIconButton action={tryPrompt} icon={<IconMessage size="1rem" aria-hidden="true" />} />
      <ActionIconButton
        action={toggleFormulas}
        pressed={formulas}
        icon={<IconMathFunction size="1rem" aria-hidden="true" />}
      />
      <ActionIconButton
        action={toggleDifferences}
        pressed={differences}
        icon={<IconGitCompare size="1rem" aria-hidden="true" />}
      />
    </>
  )
}

function OneMoment({ appearance, sample }: { appearance: PromptAppearance; sample: number | null }) {
  const { differences, colour } = useStore(readerStore)
  const samples = bestFirst(appearance)
  const tokens = useTokens(appearance, samples, colour)
  const places = usePlaces(samples.map((s) => [appearance, s.sample]))
  return (
    <>
      {tokens.error && <Problem explanation={tokens.error} title={t('Its tokens cannot be looked at')} />}
      <p className={styles.summary}>
        <b>{momentName(appearance)}</b>
        <span>{rightness(samples)}</span>
        <span>{tokensOnAverage(meanTokens(appearance), 1)}</span>
        {samples.length > 1 && <span>{t('best first')}</span>}
        {colour !== 'none' &&
          (tokens.data || tokens.error ? (
            <TokenLegend colour={colour} views={tokens.data} />
          ) : (
            <span role="status">{t('asking the checkpoint…')}</span>
          ))}
      </p>
      <ol
        className={styles.grid}
        aria-label={t('Samples of {{appearance}}, best first', { appearance: momentName(appearance) })}
      >
        {samples.map((s, i) => (
          <Sample
            key={s.sample}
            sample={s}
            title={t('sample {{sample}}', { sample: s.sample + 1 })}
            neighbour={differences ? samples[i - 1]?.text : undefined}
            marked={s.sample === sample}
            place={places[i]}
            tokens={tokens.of(s)}
            colour={colour}
          />
        ))}
      </ol>
    </>
  )
}

/** Where none is kept, the first. */
const firstKept = ({ samples }: PromptAppearance) => samples.find(({ text }) => text !== null) ?? samples[0]

function ThroughTime({ appearances, at }: { appearances: PromptAppearance[]; at: number }) {
  const { differences } = useStore(readerStore)
  const places = usePlaces(appearances.map((one) => [one, firstKept(one)?.sample]))
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <>
      <p className={styles.summary}>
        <b>{t('{{count}} moments', { count: appearances.length })}</b>
        <span>{t('the first sample drawn at each, whatever it was')}</span>
      </p>
      <ol ref={list} className={styles.grid} aria-label={t('One sample of every moment')}>
        {appearances.map((appearance, i) => {
          const sample = firstKept(appearance)
          const many = appearance.samples.length > 1
          return (
            sample && (
              <Sample
                key={`${appearance.source} ${appearance.step} ${appearance.group}`}
                sample={sample}
                title={momentName(appearance)}
                aside={many ? rightness(appearance.samples) : undefined}
                neighbour={differences ? appearances[i - 1] && firstKept(appearances[i - 1])?.text : undefined}
                marked={i === at}
                place={places[i]}
                onPick={() => readerStore.setState({ at: i })}
              />
            )
          )
        })}
      </ol>
    </>
  )
}

/** Where samples are stored, in their order: the same objects as long as they are the same, so that no card is drawn anew. Evaluations have none. */
function usePlaces(of: readonly (readonly [PromptAppearance, number | undefined])[]): (SamplePlace | undefined)[] {
  const runId = useLive((s) => s.runId)
  const key = of.map(([{ source, step, group }, sample]) => `${source} ${step} ${group} ${sample}`).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says which samples they are
  return useMemo(
    () =>
      of.map(([{ source, step, group }, sample]) =>
        source === 'train' && group !== null && sample !== undefined && runId
          ? { runId, step, group, sample }
          : undefined,
      ),
    [runId, key],
  )
}
