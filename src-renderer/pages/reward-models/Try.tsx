import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { RewardModelEntry, TriedText } from '../../../src-main/contract/reward-model-work.ts'
import { compact, percent } from '../../format/number.ts'
import { Problem } from '../../parts/Problem.tsx'
import { api } from '../../stores/host.ts'
import { t } from '../../text/t.ts'
import { type Explanation, explain } from '../../transport/explain.ts'
import styles from './Page.module.css'

/** What the model says of texts that are typed in, exactly as in a run. */
export function Try({ model }: { model: RewardModelEntry }) {
  const [prompt, setPrompt] = useState('')
  const [texts, setTexts] = useState(['', ''])
  const [tried, setTried] = useState<{ texts: string[]; verdicts: TriedText[] } | null>(null)
  const [error, setError] = useState<Explanation | null>(null)
  const [busy, setBusy] = useState(false)
  const given = texts.filter((text) => text.trim() !== '')
  const ready = prompt.trim() !== '' && given.length > 0 && !busy
  const score = async () => {
    setBusy(true)
    try {
      setTried({ texts: given, verdicts: await api().rewardModels.try({ name: model.name, prompt, texts: given }) })
      setError(null)
    } catch (thrown) {
      setError(explain(thrown))
    }
    setBusy(false)
  }
  return (
    <form
      className={styles.try}
      aria-label={t('Try it')}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void score()
      }}
    >
      <h3>{t('Try it')}</h3>
      <Textarea
        label={t('Prompt')}
        autosize
        minRows={1}
        maxRows={6}
        value={prompt}
        onChange={(event) => setPrompt(event.currentTarget.value)}
      />
      <div className={styles.texts}>
        {texts.map((text, i) => {
          const at = given.indexOf(text)
          const verdict = tried && text !== '' ? tried.verdicts[tried.texts.indexOf(text)] : undefined
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: there are always these two fields
            <div key={i} className={styles.text}>
              <Textarea
                label={i === 0 ? t('Answer') : t('Another answer (optional)')}
                autosize
                minRows={3}
                maxRows={12}
                value={text}
                onChange={(event) => {
                  const own = event.currentTarget.value
                  setTexts((before) => before.map((one, n) => (n === i ? own : one)))
                }}
              />
              {verdict && at >= 0 && <Verdict model={model} verdict={verdict} />}
            </div>
          )
        })}
      </div>
      {error && <Problem explanation={error} title={t('It could not be scored')} />}
      <Button type="submit" variant="default" disabled={!ready}>
        {busy ? t('Scoring…') : t('Score')}
      </Button>
    </form>
  )
}

function Verdict({ model, verdict }: { model: RewardModelEntry; verdict: TriedText }) {
  const { value, score, outside, reason } = verdict
  const below = score === null ? null : model.report.points.filter((point) => point.score < score).length
  const of = model.report.points.length
  return (
    <output className={styles.verdict} data-outside={outside || score === null}>
      <b>{model.kind === 'safety' ? percent(value) : compact(value)}</b>
      <span>
        {model.kind === 'safety' ? t('probability of safe') : t('reward')}
        {below !== null && t(', above {{below}} of its held-out texts', { below: percent(below / of, 0) })}
      </span>
      <span>{reason}</span>
    </output>
  )
}
