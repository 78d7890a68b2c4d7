import { Button, Skeleton } from '@mantine/core'
import { IconAdjustments, IconPlayerPlayFilled } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { RecipeInfo } from '../../src-main/contract/api.ts'
import { launch, launchRun } from '../actions/launch.ts'
import { compact, plural } from '../format/number.ts'
import { api } from '../stores/host.ts'
import { useResource } from '../stores/resource.ts'
import { useConnection, useRuns } from '../stores/use.ts'
import styles from './FirstRun.module.css'
import { Unreachable } from './Unreachable.tsx'

/** The recipe that an empty window offers; the first in the list if it is not there. */
const offered = 'r1-zero-mini'

/** An empty data folder: one thing to do, and what it will show. */
export function FirstRun() {
  const { recipes } = useRuns()
  const { status } = useConnection()
  const [starting, setStarting] = useState(false)
  const recipe = recipes?.find((r) => r.name === offered) ?? recipes?.[0]

  const start = async () => {
    if (!recipe) return
    setStarting(true)
    if (!(await launchRun({ recipe: recipe.name, assignments: [], backend: null }))) setStarting(false)
  }

  return (
    <div className={styles.scroll}>
      <div className={styles.page}>
        <header className={styles.head}>
          <h1>Watch a small model learn to reason</h1>
          <p>
            It begins by guessing. Rewarded for right answers alone, it finds out by itself that thinking longer, and
            writing “wait”, pays. You see every answer that it tries, and you can turn the knobs while it learns.
          </p>
        </header>
        {status === 'refused' || status === 'lost' ? <Unreachable /> : null}
        <section className={styles.offer} aria-label="First run">
          {recipe ? <Offer recipe={recipe} /> : <Skeleton height="9rem" animate={false} />}
          <div className={styles.buttons}>
            <Button
              size="lg"
              leftSection={<IconPlayerPlayFilled size="1.125rem" aria-hidden="true" />}
              disabled={!recipe || status !== 'connected' || starting}
              onClick={() => void start()}
            >
              {starting ? 'Starting…' : `Launch ${recipe?.name ?? offered}`}
            </Button>
            <Button
              size="lg"
              variant="default"
              leftSection={<IconAdjustments size="1.125rem" aria-hidden="true" />}
              disabled={!recipe || starting}
              onClick={() => void launch.run()}
            >
              Change it first…
            </Button>
          </div>
        </section>
        {recipe && <Story recipe={recipe} />}
      </div>
    </div>
  )
}

function Offer({ recipe }: { recipe: RecipeInfo }) {
  const steps = recipe.stages.reduce((sum, s) => sum + s.steps, 0)
  return (
    <>
      <div className={styles.what}>
        <h2>{recipe.title}</h2>
        <p>{recipe.description}</p>
      </div>
      <ol className={styles.stages} aria-label="Stages">
        {recipe.stages.map((stage, i) => (
          <li key={stage.name} style={{ flexGrow: stage.steps }}>
            <b>
              {i + 1} {stage.name}
            </b>
            <span>
              {plural(stage.steps, 'step')}, answers up to {stage.settings.maxCompletionTokens} tokens
            </span>
          </li>
        ))}
      </ol>
      <p className={styles.long}>
        <b>{plural(steps, 'step')}</b>, five to ten minutes on two CPU cores. Pause, steer or stop at any step:
        everything is kept, and goes on from the last checkpoint. <Machine />
      </p>
    </>
  )
}

/** Which backend the run would use here: the time depends on it. */
function Machine() {
  const { data } = useResource('diagnosis', () => api().app.diagnose())
  if (!data) return null
  return data.chosen ? (
    <>
      Here it runs on {data.chosen} with {plural(data.cores, 'core')}.
    </>
  ) : (
    <b>No tensor backend can be used here: see System for what is missing.</b>
  )
}

function Story({ recipe: { recipe, stages } }: { recipe: RecipeInfo }) {
  const { groupSize, promptsPerStep } = stages[0].settings
  return (
    <div className={styles.columns}>
      <section>
        <h2>What will happen</h2>
        <ol className={styles.steps}>
          <Step n={1} title="The base model is measured">
            on {compact(recipe.finalEvalPrompts)} problems that it never trains on.
          </Step>
          <Step n={2} title={`Each step, ${promptsPerStep} problems get ${groupSize} answers each.`}>
            Rules score them: is the answer right, is the form kept. No one shows it how.
          </Step>
          <Step n={3} title="Answers above their group’s mean become likelier,">
            those below become rarer. A group whose answers all score alike teaches nothing.
          </Step>
          {stages.length > 1 && (
            <Step n={4} title={`After ${plural(stages[0].steps, 'step')} the stage “${stages[1].name}” begins`}>
              {stages[1].settings.maxCompletionTokens > stages[0].settings.maxCompletionTokens
                ? `with room for ${stages[1].settings.maxCompletionTokens} tokens in place of ${stages[0].settings.maxCompletionTokens}.`
                : 'with its own settings.'}
            </Step>
          )}
        </ol>
      </section>
      <section>
        <h2>What to watch for</h2>
        <ul className={styles.signs}>
          <Sign tone="held-out" sign="●" title="Held-out accuracy">
            climbs, measured on fresh problems every {recipe.evalEvery || 'few'} steps.
          </Sign>
          <Sign tone="ink" sign="↗" title="Response length">
            grows: the model gives itself room to think, though nothing rewards length.
          </Sign>
          <Sign tone="caution" sign="wait" title="“wait” per response">
            rises: the aha moment, when it stops and checks its own sum.
          </Sign>
          <Sign tone="hatch" sign="" title="Hatched groups">
            are problems that it always or never solves; as they spread, learning slows.
          </Sign>
          <Sign tone="steer" sign="◆" title="Your hand:">
            turn the temperature while it runs; every chart marks the step where it took effect.
          </Sign>
        </ul>
      </section>
    </div>
  )
}

function Step({ n, title, children }: { n: number; title: string; children: ReactNode }) {
  return (
    <li>
      <span aria-hidden="true">{n}</span>
      <p>
        <b>{title}</b> {children}
      </p>
    </li>
  )
}

function Sign({ tone, sign, title, children }: { tone: string; sign: string; title: string; children: ReactNode }) {
  return (
    <li data-tone={tone}>
      <span aria-hidden="true">{sign}</span>
      <p>
        <b>{title}</b> {children}
      </p>
    </li>
  )
}
