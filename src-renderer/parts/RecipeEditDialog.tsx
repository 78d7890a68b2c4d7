import { Button, Group, Modal, Skeleton } from '@mantine/core'
import { useState } from 'react'
import type { RecipeChange } from '../../src-main/contract/recipe-edit.ts'
import { askBranch } from '../actions/branch.ts'
import { resumeRunById } from '../actions/resumeRun.ts'
import { api } from '../stores/host.ts'
import { useResource } from '../stores/resource.ts'
import { useView } from '../stores/use.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import { valueWords } from '../text/value.ts'
import { Problem } from './Problem.tsx'
import styles from './RecipeEditDialog.module.css'

const done = () => viewStore.setState({ recipeEdited: null })

/** A run is to be resumed whose recipe file was edited since: in what, and what to do about it. */
export function RecipeEditDialog() {
  const runId = useView((v) => v.recipeEdited)
  const { data, error, key } = useResource(runId, () => api().runs.recipeEdit({ runId: runId as string }))
  const [busy, setBusy] = useState(false)
  const edit = key === runId ? data : null
  const refused = edit?.changes.some((change) => change.refused !== null) || edit?.unreadable != null

  const resume = async (choice: 'accept' | 'keep') => {
    setBusy(true)
    if (await resumeRunById(runId as string, choice)) done()
    setBusy(false)
  }
  return (
    <Modal
      opened={runId !== null}
      onClose={done}
      title={t('The recipe file was edited since')}
      size="46rem"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      {error ? (
        <Problem explanation={error} />
      ) : edit ? (
        <div className={styles.edit}>
          <p className={styles.file}>{edit.file}</p>
          {edit.unreadable ? <p className={styles.refused}>{edit.unreadable}</p> : <Changes changes={edit.changes} />}
          {refused && !edit.unreadable && (
            <p className={styles.way}>
              {t(
                'Not all of this can be taken over by a run on its way. A fork can have it: it is a new run from a checkpoint of this one.',
              )}
            </p>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={done}>
              {t('Cancel')}
            </Button>
            {refused && !edit.unreadable && (
              <Button
                variant="default"
                onClick={() => {
                  done()
                  askBranch({ kind: 'fork', runId: runId as string, step: null })
                }}
              >
                {t('Fork…')}
              </Button>
            )}
            <Button
              variant={refused ? 'filled' : 'default'}
              data-autofocus={refused || undefined}
              disabled={busy}
              onClick={() => void resume('keep')}
            >
              {t('Go on as before')}
            </Button>
            {!refused && (
              <Button data-autofocus disabled={busy} onClick={() => void resume('accept')}>
                {t('Take it over and go on')}
              </Button>
            )}
          </Group>
        </div>
      ) : (
        <Skeleton height="8rem" animate={false} />
      )}
    </Modal>
  )
}

function Changes({ changes }: { changes: RecipeChange[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <div className={styles.scroller} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('Field')}</th>
            <th scope="col">{t('The run')}</th>
            <th scope="col">{t('The file')}</th>
            <th scope="col">{t('Taken over')}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ path, from, to, refused }) => (
            <tr key={path}>
              <th scope="row">{path}</th>
              <td>{valueWords(from)}</td>
              <td>{valueWords(to)}</td>
              <td className={refused ? styles.refused : undefined}>{refused ?? t('can be')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
