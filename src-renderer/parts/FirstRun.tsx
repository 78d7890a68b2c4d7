import { Button, Skeleton } from '@mantine/core'
import { IconAdjustments, IconFileImport, IconPlayerPlayFilled } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { RecipeInfo } from '../../src-main/contract/api.ts'
import { importRun } from '../actions/import.ts'
import { launch, launchRun } from '../actions/launch.ts'
import { compact } from '../format/number.ts'
import { api } from '../stores/host.ts'
import { useResource } from '../stores/resource.ts'
import { useConnection, useRuns } from '../stores/use.ts'
import { t } from '../text/t.ts'
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
          <h1>{t('Watch a small model learn to reason')}</h1>
          <p>
            {t(
              'It begins by guessing. Rewarded for right answers alone, it finds out by itself that thinking longer, and writing “wait”, pays. You see every answer that it tries, and you can turn the knobs while it learns.',
            )}
          </p>
        </header>
        {status === 'refused' || status === 'lost' ? <Unreachable /> : null}
        <section className={styles.offer} aria-label={t('First run')}>
          {recipe ? <Offer recipe={recipe} /> : <Skeleton height="9rem" animate={false} />}
          <div className={styles.buttons}>
            <Button
              size="lg"
              leftSection={<IconPlayerPlayFilled size="1.125rem" aria-hidden="true" />}
              disabled={!recipe || status !== 'connected' || starting}
              onClick={() => void start()}
            >
              {starting ? t('Starting…') : t('Launch {{name}}', { name: recipe?.name ?? offered })}
            </Button>
            <Button
              size="lg"
              variant="default"
              leftSection={<IconAdjustments size="1.125rem" aria-hidden="true" />}
              disabled={!recipe || starting}
              onClick={() => void launch.run()}
            >
              {t('Change it first…')}
            </Button>
            <Button
              size="lg"
              variant="subtle"
              leftSection={<IconFileImport size="1.125rem" aria-hidden="true" />}
              disabled={status !== 'connected'}
              onClick={() => void importRun.run()}
            >
              {t('Import a run…')}
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
      <ol className={styles.stages} aria-label={t('Stages')}>
        {recipe.stages.map((stage, i) => (
          <li key={stage.name} style={{ flexGrow: stage.steps }}>
            <b>
              {i + 1} {stage.name}
            </b>
            <span>
              {t('{{count}} steps, answers up to {{maxCompletionTokens}} tokens', {
                count: stage.steps,
                maxCompletionTokens: stage.settings.maxCompletionTokens,
              })}
            </span>
          </li>
        ))}
      </ol>
      <p className={styles.long}>
        <b>{t('{{count}} steps', { count: steps })}</b>
        {t(
          ', five to ten minutes on two CPU cores. Pause, steer or stop at any step: everything is kept, and goes on from the last checkpoint.',
        )}{' '}
        <Machine />
      </p>
    </>
  )
}

/** Which backend the run would use here: the time depends on it. */
function Machine() {
  const { data } = useResource('diagnosis', () => api().app.diagnose())
  if (!data) return null
  return data.chosen ? (
    t('Here it runs on {{chosen}} with {{count}} cores.', { chosen: data.chosen, count: data.cores })
  ) : (
    <b>{t('No tensor backend can be used here: see System for what is missing.')}</b>
  )
}

function Story({ recipe: { recipe, stages } }: { recipe: RecipeInfo }) {
  const { groupSize, promptsPerStep } = stages[0].settings
  return (
    <div className={styles.columns}>
      <section>
        <h2>{t('What will happen')}</h2>
        <ol className={styles.steps}>
          <Step n={1} title={t('The base model is measured')}>
            {t('on {{finalEvalPrompts}} problems that it never trains on.', {
              finalEvalPrompts: compact(recipe.finalEvalPrompts),
            })}
          </Step>
          <Step
            n={2}
            title={t('Each step, {{promptsPerStep}} problems get {{groupSize}} answers each.', {
              promptsPerStep,
              groupSize,
            })}
          >
            {t('Rules score them: is the answer right, is the form kept. No one shows it how.')}
          </Step>
          <Step n={3} title={t('Answers above their group’s mean become likelier,')}>
            {t('those below become rarer. A group whose answers all score alike teaches nothing.')}
          </Step>
          {stages.length > 1 && (
            <Step
              n={4}
              title={t('After {{count}} steps the stage “{{name}}” begins', {
                count: stages[0].steps,
                name: stages[1].name,
              })}
            >
              {stages[1].settings.maxCompletionTokens > stages[0].settings.maxCompletionTokens
                ? t('with room for {{maxCompletionTokens}} tokens in place of {{maxCompletionTokens2}}.', {
                    maxCompletionTokens: stages[1].settings.maxCompletionTokens,
                    maxCompletionTokens2: stages[0].settings.maxCompletionTokens,
                  })
                : t('with its own settings.')}
            </Step>
          )}
        </ol>
      </section>
      <section>
        <h2>{t('What to watch for')}</h2>
        <ul className={styles.signs}>
          <Sign tone="held-out" sign="●" title={t('Held-out accuracy')}>
            {t('climbs, measured on fresh problems every {{evalEvery}} steps.', {
              evalEvery: recipe.evalEvery || t('few'),
            })}
          </Sign>
          <Sign tone="ink" sign="↗" title={t('Response length')}>
            {t('grows: the model gives itself room to think, though nothing rewards length.')}
          </Sign>
          <Sign tone="caution" sign="wait" title={t('“wait” per response')}>
            {t('rises: the aha moment, when it stops and checks its own sum.')}
          </Sign>
          <Sign tone="hatch" sign="" title={t('Hatched groups')}>
            {t('are problems that it always or never solves; as they spread, learning slows.')}
          </Sign>
          <Sign tone="steer" sign="◆" title={t('Your hand:')}>
            {t('turn the temperature while it runs; every chart marks the step where it took effect.')}
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
