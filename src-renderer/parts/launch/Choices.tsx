import { Autocomplete, TextInput } from '@mantine/core'
import { useStore } from 'zustand'
import type { RecipeInfo } from '../../../src-main/contract/api.ts'
import { rewardsOf } from '../../../src-main/contract/recipe.ts'
import { type RewardName, rewardInfo, rewardNames } from '../../../src-main/contract/rewards.ts'
import { loadModels, modelsStore } from '../../stores/models.ts'
import { t } from '../../text/t.ts'
import { hint } from '../hint.ts'
import styles from '../LaunchDialog.module.css'
import { byStage, type Given, weightProblem } from './given.ts'

interface ChoicesProps {
  given: Given
  recipe: RecipeInfo | null
  onChange(part: Partial<Given>): void
}

/** What is trained, on what, and for what: each as in the recipe unless something else is given. */
export function Choices({ given, recipe, onChange }: ChoicesProps) {
  const { model, train, held, weights } = given
  const { models } = useStore(modelsStore)
  const count = [model, train || held, ...Object.values(weights)].filter((text) => text.trim() !== '').length
  const here = (models ?? []).filter(({ state }) => state !== 'offered').map(({ name }) => name)
  const half = (train.trim() === '') !== (held.trim() === '')
  const data = recipe?.recipe.data
  return (
    <details className={styles.others} onToggle={(event) => void (event.currentTarget.open && loadModels())}>
      <summary>
        {t('Model, problems, rewards')} {count > 0 && <span>{t('{{count}} given', { count })}</span>}
      </summary>
      <div className={styles.row}>
        <Autocomplete
          label={t('Model')}
          description={t('A name, or the path of a folder or GGUF file on the machine that trains.')}
          placeholder={recipe?.recipe.model}
          value={model}
          data={here}
          onChange={(text) => onChange({ model: text })}
        />
      </div>
      <div className={styles.row}>
        <TextInput
          label={t('Problems to train on')}
          description={t('A file of JSON lines, CSV or Parquet, in place of the recipe’s problems.')}
          placeholder={data?.train ?? t('generated')}
          value={train}
          error={half && train.trim() === '' ? t('Both files are needed.') : undefined}
          onChange={(event) => onChange({ train: event.currentTarget.value })}
        />
        <TextInput
          label={t('Held-out problems')}
          description={t('A file of the same form, to measure on.')}
          placeholder={data?.eval ?? t('generated')}
          value={held}
          error={half && held.trim() === '' ? t('Both files are needed.') : undefined}
          onChange={(event) => onChange({ held: event.currentTarget.value })}
        />
      </div>
      <fieldset className={styles.fields}>
        <legend>{t('Weights of the rewards. Empty: as in the recipe; 0 is watched and adds nothing.')}</legend>
        <div className={styles.settings}>
          {offered(recipe).map((name) => (
            <span key={name} {...hint(t(rewardInfo[name].about))}>
              <TextInput
                label={t(rewardInfo[name].label)}
                inputMode="decimal"
                placeholder={recipe ? byStage(recipe, ({ rewardWeights }) => rewardWeights[name]) : ''}
                value={weights[name] ?? ''}
                error={weightProblem(weights[name])}
                onChange={(event) => onChange({ weights: { ...weights, [name]: event.currentTarget.value } })}
              />
            </span>
          ))}
        </div>
      </fieldset>
    </details>
  )
}

/** Those that the recipe weighs first; a reward model or a function of one's own is chosen by its name elsewhere. */
function offered(recipe: RecipeInfo | null): RewardName[] {
  const own = recipe ? rewardsOf(recipe.recipe) : []
  return [...own, ...rewardNames.filter((name) => !own.includes(name) && name !== 'own' && !rewardInfo[name].learnt)]
}
