import { Skeleton } from '@mantine/core'
import { IconGitCompare, IconMathFunction, IconMessage } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useStore } from 'zustand'
import { toggleDifferences, toggleFormulas } from '../../actions/groups.ts'
import { tryPrompt } from '../../actions/try-prompt.ts'
import { ActionIconButton } from '../../parts/ActionButton.tsx'
import { Formulas } from '../../parts/Formulas.tsx'
import { Problem } from '../../parts/Problem.tsx'
import { useWholeTexts } from '../../parts/useWholeTexts.ts'
import { commonPromptsStore, compareAt, comparedPrompt, nearestTo, stepsOf } from '../../stores/compared-samples.ts'
import { api } from '../../stores/host.ts'
import { bestFirst, readerStore } from '../../stores/reader.ts'
import { useResource } from '../../stores/resource.ts'
import type { ComparedSamples } from '../../stores/route.ts'
import { useView } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { glimpse } from '../../text/visible.ts'
import { CommonPromptList } from './CommonPromptList.tsx'
import type { Compared } from './data.ts'
import { RunAnswers } from './RunAnswers.tsx'
import styles from './Samples.module.css'

interface SamplesProps {
  runs: Compared[]
  colourOf: (number: number) => string
  asked: ComparedSamples
}

/** What each run answers to a prompt that all of them had. */
export function Samples({ runs, colourOf, asked }: SamplesProps) {
  const { prompts } = useStore(commonPromptsStore)
  const prompt = comparedPrompt(prompts, asked.prompt)
  const ids = runs.map(({ detail }) => detail.id)
  const freshness = runs.map(({ evaluations, columns }) => `${evaluations.length} ${columns.steps.length}`)
  const { data, error, key } = useResource(
    prompt === null ? null : `${ids.join()} ${freshness.join()} ${prompt}`,
    async () => ({
      prompt: prompt as string,
      histories: await Promise.all(ids.map((runId) => api().groups.promptHistory({ runId, prompt: prompt as string }))),
    }),
  )
  const found = data && data.prompt === prompt && data.histories.length === runs.length ? data.histories : null
  return (
    <div className={styles.samples}>
      <CommonPromptList runs={runs} shown={prompt} />
      <section className={styles.answers} aria-label={t('Answers side by side')}>
        {error && key !== null ? (
          <Problem explanation={error} title={t('These answers cannot be read')} />
        ) : prompt === null ? null : (
          <>
            <Bar prompt={prompt} histories={found ?? []} asked={asked} />
            {found ? (
              <Columns prompt={prompt} runs={runs} colourOf={colourOf} histories={found} step={stepAsked(asked)} />
            ) : (
              <Skeleton className={styles.waiting} animate={false} />
            )}
          </>
        )}
      </section>
    </div>
  )
}

const stepAsked = ({ step }: ComparedSamples): number | null => (/^\d+$/.test(step) ? Number(step) : null)

type Histories = Awaited<ReturnType<ReturnType<typeof api>['groups']['promptHistory']>>[]

interface BarProps {
  prompt: string
  histories: Histories
  asked: ComparedSamples
}

/** The prompt, and at which step its answers are looked at. */
function Bar({ prompt, histories, asked }: BarProps) {
  const differences = useStore(readerStore, (s) => s.differences)
  const formulas = useView((v) => v.formulas)
  const steps = useMemo(() => stepsOf(histories), [histories])
  const step = stepAsked(asked)
  const nearest = step === null ? steps.at(-1) : nearestTo(histories.flat(), step)?.step
  const at = nearest === undefined ? -1 : steps.indexOf(nearest)
  const answer = histories.flat()[0]?.answer
  return (
    <header className={styles.bar}>
      <h2 className={styles.prompt}>
        <Formulas text={glimpse(prompt, 2000)} />
        {answer && <span>{answer}</span>}
      </h2>
      <input
        type="range"
        className={styles.range}
        aria-label={t('Step of the answers')}
        aria-valuetext={steps.length > 0 ? t('step {{step}}', { step: steps[Math.max(0, at)] }) : ''}
        min={0}
        max={Math.max(0, steps.length - 1)}
        value={Math.max(0, at)}
        disabled={steps.length < 2}
        onChange={(event) => compareAt(steps[Number(event.currentTarget.value)])}
      />
      <span className={styles.step}>{step === null ? t('newest of each') : t('step {{step}}', { step })}</span>
      <button type="button" className={styles.newest} aria-pressed={step === null} onClick={() => compareAt(null)}>
        {t('newest')}
      </button>
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
    </header>
  )
}

interface ColumnsProps extends Omit<SamplesProps, 'asked'> {
  prompt: string
  histories: Histories
  step: number | null
}

function Columns({ prompt, runs, colourOf, histories, step }: ColumnsProps) {
  const differences = useStore(readerStore, (s) => s.differences)
  const shown = useWholeTexts(
    prompt,
    histories.map((all, i) => ({ runId: runs[i].detail.id, appearance: nearestTo(all, step) })),
  )
  const base = useMemo(() => (shown[0] ? bestFirst(shown[0]) : []), [shown[0]])
  return (
    <div className={styles.columns}>
      {runs.map(({ detail }, i) => (
        <RunAnswers
          key={detail.id}
          run={detail}
          color={colourOf(detail.number)}
          appearance={shown[i]}
          against={differences && i > 0 ? base : undefined}
        />
      ))}
    </div>
  )
}
