import { Select, TextInput } from '@mantine/core'
import { useStore } from 'zustand'
import type { RecipeInfo } from '../../../src-main/contract/api.ts'
import { presetsStore } from '../../stores/presets.ts'
import { useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import styles from '../LaunchDialog.module.css'
import { type Chosen, fromFile, fromRun, imported, ofPreset } from './chosen.ts'

export function RecipeChoice({ chosen }: { chosen: Chosen }) {
  const { recipes } = useRuns()
  const { presets } = useStore(presetsStore)
  const { name, original, own, preset, info } = chosen
  const groups = [
    {
      group: t('Given'),
      items: [
        ...(original
          ? [
              {
                value: fromRun,
                label: t('As run #{{number}}: {{name}}', { number: original.number, name: original.name }),
              },
            ]
          : []),
        ...(own
          ? [{ value: imported, label: t('From {{file}}: {{title}}', { file: own.file, title: own.info.title }) }]
          : []),
      ],
    },
    {
      group: t('Presets'),
      items: (presets ?? []).map((one) => ({
        value: ofPreset(one.name),
        label: one.info ? one.info.title : t('{{name}} (no recipe any more)', { name: one.name }),
      })),
    },
    {
      group: t('Recipes that come along'),
      items: [
        ...(recipes ?? []).map((r) => ({ value: r.name, label: `${r.name}: ${r.title}` })),
        { value: fromFile, label: t('A recipe file…') },
      ],
    },
  ]
  return (
    <>
      <Select
        label={t('Recipe')}
        data-autofocus
        allowDeselect={false}
        value={name || null}
        onChange={(value) => chosen.choose(value ?? fromFile)}
        data={groups.filter(({ items }) => items.length > 0)}
        error={preset?.problem ?? undefined}
      />
      {name === fromFile ? (
        <TextInput
          label={t('Recipe file')}
          description={t('Its path on the machine that trains.')}
          placeholder={t('/home/you/recipes/longer.json')}
          value={chosen.file}
          onChange={(event) => chosen.setFile(event.currentTarget.value)}
        />
      ) : (
        info && <Summary recipe={info} />
      )}
    </>
  )
}

function Summary({ recipe }: { recipe: RecipeInfo }) {
  return (
    <div className={styles.summary}>
      {recipe.description && <p>{recipe.description}</p>}
      <p>{recipe.stages.map((s) => `${s.name}: ${t('{{count}} steps', { count: s.steps })}`).join(', then ')}</p>
    </div>
  )
}
