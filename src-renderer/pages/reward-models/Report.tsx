import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useState } from 'react'
import type { RewardModelEntry } from '../../../src-main/contract/reward-model-work.ts'
import { doubtsOf, type Estimate } from '../../../src-main/contract/reward-models.ts'
import { launchJudgedBy } from '../../actions/launch.ts'
import { bytes, compact, fixed, percent, plural } from '../../format/number.ts'
import { moment, span } from '../../format/time.ts'
import { hint } from '../../parts/hint.ts'
import { removeRewardModel } from '../../stores/reward-models.ts'
import { go } from '../../stores/route.ts'
import { Calibration } from './Calibration.tsx'
import { Lengths } from './Lengths.tsx'
import styles from './Page.module.css'
import { Try } from './Try.tsx'

/** One reward model: what it was measured at, what speaks against it, and what it says of a text. */
export function Report({ model }: { model: RewardModelEntry }) {
  const { name, kind, base, at, data, report, steps, seconds } = model
  return (
    <article className={styles.report} aria-label={name}>
      <header className={styles.title}>
        <div>
          <h2>{name}</h2>
          <p>
            {kind}, from {base.model}
            {model.training.lora && ' with LoRA'}, trained {moment(at)} on {data.trained}{' '}
            {kind === 'helpfulness' ? 'pairs' : 'outputs'} of {data.file}: {plural(steps, 'step')} in {span(seconds)}
          </p>
        </div>
        <Button onClick={() => launchJudgedBy(name)}>Use in a new run…</Button>
        <Remove model={model} />
      </header>
      <Doubts model={model} />
      <dl className={styles.figures}>
        <Figure
          term="right"
          about={`Share of ${report.items} held-out ${kind === 'helpfulness' ? 'pairs that it orders rightly' : 'outputs on the right side of ½'}, with its 95 % interval.`}
          value={report.accuracy}
        />
        {kind === 'safety' && (
          <Figure
            term="safe above unsafe"
            about="How often a safe output gets more than an unsafe one: the area under the ROC curve."
            value={report.ranking}
          />
        )}
        <Figure
          term="without length"
          about="Mean of the share right where the shorter answer is the better and where the longer one is: what measures nothing but length gets 50 %."
          value={report.length.withoutLength}
        />
        <div {...hint('Mean −log of the probability given to what is right; a coin has 0.693.')}>
          <dt>loss</dt>
          <dd>
            {fixed(report.loss, 3)} <span>a coin 0.693</span>
          </dd>
        </div>
        <div {...hint('What the rule “the longer, the better” gets right of the same items.')}>
          <dt>“the longer, the better”</dt>
          <dd>{percent(report.length.longerWins)}</dd>
        </div>
      </dl>
      <div className={styles.plots}>
        <Calibration kind={kind} report={report} />
        <Lengths model={model} />
      </div>
      <Try key={name} model={model} />
      <Facts model={model} />
    </article>
  )
}

const interval = ({ low, high }: Estimate) => `${percent(low)} to ${percent(high)}`

function Figure({ term, about, value }: { term: string; about: string; value: Estimate | null }) {
  return (
    <div {...hint(about)}>
      <dt>{term}</dt>
      <dd>
        {value ? percent(value.value) : '–'} {value && <span>{interval(value)}</span>}
      </dd>
    </div>
  )
}

function Doubts({ model }: { model: RewardModelEntry }) {
  const doubts = doubtsOf(model)
  if (doubts.length === 0)
    return (
      <p className={styles.fine}>
        <IconCircleCheck size="1rem" stroke={1.7} aria-hidden="true" />
        Better than chance, and not by length alone.
      </p>
    )
  return (
    <div className={styles.doubts} role="note" aria-label="Doubts">
      <IconAlertTriangle size="1.125rem" stroke={1.7} aria-hidden="true" />
      <div>
        {doubts.map(({ kind, message }) => (
          <p key={kind}>{message}</p>
        ))}
        <p>A run asks before it is judged by this model, and its record says that you said yes.</p>
      </div>
    </div>
  )
}

function Remove({ model: { name, bytes: size } }: { model: RewardModelEntry }) {
  const [sure, setSure] = useState(false)
  if (!sure)
    return (
      <Button variant="subtle" color="gray" onClick={() => setSure(true)}>
        Remove…
      </Button>
    )
  const remove = async () => {
    if (await removeRewardModel(name)) go({ page: 'reward-models', names: [] })
    else setSure(false)
  }
  return (
    <>
      <Button
        color="red"
        onClick={() => void remove()}
        {...hint('Runs that were judged by it cannot be resumed without it.')}
      >
        Delete {bytes(size)}
      </Button>
      <Button variant="default" onClick={() => setSure(false)}>
        Keep
      </Button>
    </>
  )
}

function Facts({ model }: { model: RewardModelEntry }) {
  const { training: t, data, folder, base } = model
  const facts: [string, string][] = [
    ['epochs', compact(t.epochs)],
    ['batch', compact(t.batchSize)],
    ['learning rate', compact(t.learningRate)],
    ['warm-up', plural(t.warmupSteps, 'step')],
    ['LoRA', t.lora ? `rank ${t.lora.rank}, α ${t.lora.alpha}` : 'none: all weights'],
    ['held out', `${percent(t.heldOut, 0)} of the prompts, ${data.heldOut}`],
    ['left out to balance lengths', compact(data.leftOut)],
    ...(data.longerBefore === null
      ? []
      : [
          ['longer preferred', `${percent(data.longerBefore)}, balanced ${percent(data.longerAfter)}`] as [
            string,
            string,
          ],
        ]),
    ['seed', String(t.seed)],
    ['data, SHA-256', `${data.sha256.slice(0, 12)}…`],
    ['base, SHA-256', `${base.sha256.slice(0, 12)}…`],
    ['folder', folder],
  ]
  return (
    <section className={styles.facts} aria-label="How it was trained">
      <h3>How it was trained</h3>
      <dl>
        {facts.map(([term, value]) => (
          <div key={term} data-wide={term === 'folder'}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
