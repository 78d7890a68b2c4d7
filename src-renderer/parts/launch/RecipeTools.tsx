import { Button, FileButton, Popover, TextInput } from '@mantine/core'
import { IconBookmark, IconDownload, IconFolderOpen, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { presetName, presetNameOf } from '../../../src-main/contract/presets.ts'
import { exportRecipe, type LaunchOrder } from '../../actions/launch.ts'
import { api } from '../../stores/host.ts'
import { deletePreset, loadPresets, presetsStore } from '../../stores/presets.ts'
import { t } from '../../text/t.ts'
import { type Explanation, explain } from '../../transport/explain.ts'
import styles from '../LaunchDialog.module.css'
import type { Chosen } from './chosen.ts'

const icon = { size: '0.875rem', stroke: 1.7, 'aria-hidden': true } as const
const look = { size: 'compact-xs', variant: 'subtle', color: 'gray' } as const

interface Props {
  chosen: Chosen
  /** What would be launched; null while something is missing. */
  order: LaunchOrder | null
  onFile(file: File): void
  /** It has all that was given by now. */
  onSaved(name: string): void
}

/** The recipe as it would be launched, to and from files and by a name of one's own. */
export function RecipeTools({ chosen, order, onFile, onSaved }: Props) {
  return (
    <div className={styles.tools}>
      <FileButton accept=".grpo,.json,application/json" onChange={(file) => file && onFile(file)}>
        {(props) => (
          <Button {...look} {...props} leftSection={<IconFolderOpen {...icon} />}>
            {t('Import…')}
          </Button>
        )}
      </FileButton>
      <Button
        {...look}
        disabled={!order}
        leftSection={<IconDownload {...icon} />}
        onClick={() => order && void exportRecipe(order)}
      >
        {t('Export')}
      </Button>
      <SavePreset order={order} title={chosen.preset?.info?.title ?? ''} onSaved={onSaved} />
      {chosen.preset && (
        <Button {...look} leftSection={<IconTrash {...icon} />} onClick={() => void deletePreset(chosen.preset!)}>
          {t('Delete preset')}
        </Button>
      )}
      <span>{t('or drop a recipe file here')}</span>
    </div>
  )
}

function SavePreset({
  order,
  title: before,
  onSaved,
}: {
  order: LaunchOrder | null
  title: string
  onSaved(name: string): void
}) {
  const { presets } = useStore(presetsStore)
  const [open, setOpen] = useState(false)
  const [title, setTitle] = useState('')
  const [problem, setProblem] = useState<Explanation | null>(null)
  const name = presetNameOf(title)
  const nameless = title.trim() !== '' && !presetName.safeParse(name).success
  const taken = presets?.some((one) => one.name === name) ?? false

  const save = async () => {
    try {
      const { recipe, assignments } = order!
      await api().presets.save({ recipe, assignments, name, title, replace: taken })
      await loadPresets()
      setOpen(false)
      onSaved(name)
    } catch (error) {
      setProblem(explain(error))
    }
  }
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus withinPortal={false} shadow="md">
      <Popover.Target>
        <Button
          {...look}
          disabled={!order}
          leftSection={<IconBookmark {...icon} />}
          onClick={() => {
            setTitle(before)
            setProblem(null)
            setOpen(!open)
          }}
        >
          {t('Save as preset…')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={styles.preset}>
          <TextInput
            data-autofocus
            label={t('Name of the preset')}
            placeholder={t('Longer answers')}
            value={title}
            error={
              nameless
                ? t('A name has a letter from a to z or a digit.')
                : problem && `${problem.message} ${problem.hint}`
            }
            description={taken ? t('There is one of this name: it is replaced.') : undefined}
            onChange={(event) => {
              setTitle(event.currentTarget.value)
              setProblem(null)
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              event.preventDefault()
              if (name !== '' && !nameless) void save()
            }}
          />
          <Button size="xs" disabled={name === '' || nameless} onClick={() => void save()}>
            {taken ? t('Replace') : t('Save')}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
