import { NumberInput, Select } from '@mantine/core'
import type { RecipeInfo } from '../../../src-main/contract/api.ts'
import type { RewardModelList } from '../../../src-main/contract/reward-model-work.ts'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { t } from '../../text/t.ts'
import styles from '../LaunchDialog.module.css'
import type { Given } from './given.ts'
import { TargetChoice } from './TargetChoice.tsx'

interface Props {
  given: Given
  recipe: RecipeInfo | null
  judges: RewardModelList | null
  onChange(part: Partial<Given>): void
}

/** Seed, where it is trained, and rewards beside the recipe's. */
export function RunFields({ given, recipe, judges, onChange }: Props) {
  const { data: diagnosis } = useResource('diagnosis', () => api().app.diagnose())
  const { data: ownRewards } = useResource('own-rewards', () => api().rewards.list())
  const known = judges?.models.some(({ name }) => name === given.judge)
  const backends = [
    {
      value: '',
      label: diagnosis?.chosen ? t('the best here: {{name}}', { name: diagnosis.chosen }) : t('the best here'),
    },
    ...(diagnosis?.probes ?? []).map((p) => ({
      value: p.name,
      label: p.available ? p.name : t('{{name}} (not here)', { name: p.name }),
      disabled: !p.available,
    })),
  ]
  return (
    <div className={styles.row}>
      <NumberInput
        label={t('Seed')}
        min={0}
        max={4_294_967_295}
        allowDecimal={false}
        allowNegative={false}
        placeholder={recipe ? String(recipe.recipe.seed) : t('as in the file')}
        value={given.seed}
        onChange={(seed) => onChange({ seed })}
      />
      <TargetChoice target={given.cluster} onChange={(cluster) => onChange({ cluster })} />
      {given.cluster === '' && (
        <Select
          label={t('Backend')}
          allowDeselect={false}
          value={given.backend}
          onChange={(value) => onChange({ backend: value ?? '' })}
          data={backends}
        />
      )}
      {ownRewards && ownRewards.length > 0 && (
        <Select
          label={t('Your reward')}
          description={t('Beside the recipe’s, with the weight 1, which can be turned.')}
          allowDeselect={false}
          value={given.ownReward}
          onChange={(value) => onChange({ ownReward: value ?? '' })}
          data={[{ value: '', label: t('none') }, ...ownRewards.map((r) => ({ value: r.name, label: r.name }))]}
        />
      )}
      {judges && judges.models.length > 0 && (
        <Select
          label={t('Reward model')}
          description={t(
            'Beside the recipe’s rewards, with the weight 1; on reasoning prompts it adds nothing unless its side is weighed.',
          )}
          allowDeselect={false}
          value={known ? given.judge : ''}
          onChange={(value) => onChange({ judge: value ?? '' })}
          data={[
            { value: '', label: t('none, or the recipe’s') },
            ...judges.models.map((m) => ({ value: m.name, label: `${m.name} (${m.kind})` })),
          ]}
        />
      )}
    </div>
  )
}
