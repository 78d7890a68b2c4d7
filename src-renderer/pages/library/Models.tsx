import { Button, Progress, Skeleton, TextInput } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { FetchState, ModelInfo } from '../../../src-main/contract/models.ts'
import { bytes, percent } from '../../format/number.ts'
import { moment } from '../../format/time.ts'
import { Problem } from '../../parts/Problem.tsx'
import { askRemoval, libraryStore } from '../../stores/library.ts'
import { cancelFetch, fetchModel, loadModels, modelsStore } from '../../stores/models.ts'
import { playgroundStore } from '../../stores/playground.ts'
import { go } from '../../stores/route.ts'
import { useConnection } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import styles from './Models.module.css'
import { RunLinks } from './RunLinks.tsx'
import { useLibraryUse } from './use-library.ts'

/** The models of this machine, who uses them, and a way to get more. */
export function Models() {
  const { models, folder, fetches, error } = useStore(modelsStore)
  const version = useStore(libraryStore, (s) => s.version)
  const { status } = useConnection()
  const { data: use } = useLibraryUse()
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when something was removed
  useEffect(() => {
    if (status === 'connected') void loadModels()
  }, [status, version])
  const known = new Set(models?.map((m) => m.name))
  const others = Object.values(fetches).filter((f) => !known.has(f.name))
  return (
    <>
      <FetchForm />
      {error && <Problem explanation={error} title={t('The models could not be listed')} />}
      {models ? (
        <ul className={styles.list} aria-label={t('Models')}>
          {others.map((fetch) => (
            <li key={fetch.name} className={styles.model}>
              <div className={styles.name}>
                <b>{fetch.name}</b>
              </div>
              <Fetch fetch={fetch} />
            </li>
          ))}
          {models.map((model) => (
            <Model
              key={model.name}
              model={model}
              fetch={fetches[model.name]}
              runs={model.state === 'fetched' ? (use?.models[model.name] ?? []) : null}
            />
          ))}
        </ul>
      ) : (
        !error && <Skeleton height="9rem" animate={false} />
      )}
      {folder && (
        <p className={styles.folder}>
          {t('Fetched ones lie in')} <span className="mono">{folder}</span>
        </p>
      )}
    </>
  )
}

function FetchForm() {
  const [name, setName] = useState('')
  const [revision, setRevision] = useState('')
  const start = () => {
    void fetchModel(name.trim(), revision.trim() || undefined)
    setName('')
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim()) start()
      }}
    >
      <TextInput
        label={t('Fetch from the Hugging Face hub')}
        description={t(
          'Llama, SmolLM2, Qwen2, Qwen2.5 and Qwen3; safetensors or GGUF. Every file is checked by its hash, and nothing in it is run.',
        )}
        placeholder={t('Qwen/Qwen2.5-0.5B-Instruct')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={t('Revision')}
        placeholder={t('main')}
        value={revision}
        onChange={(event) => setRevision(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!name.trim()} leftSection={<IconDownload size="1rem" aria-hidden="true" />}>
        {t('Fetch')}
      </Button>
    </form>
  )
}

/** @param props.runs that began with it; null of one that is not fetched */
function Model(props: { model: ModelInfo; fetch: FetchState | undefined; runs: readonly number[] | null }) {
  const { model, fetch, runs } = props
  const underWay = fetch?.status === 'running'
  return (
    <li className={styles.model}>
      <div className={styles.name}>
        <b>{model.name}</b>
        <span>{model.title}</span>
      </div>
      <dl className={styles.facts}>
        <div>
          <dt>{model.state === 'offered' ? t('download') : t('on the disk')}</dt>
          <dd>{bytes(model.bytes)}</dd>
        </div>
        {model.revision && (
          <div>
            <dt>{t('revision')}</dt>
            <dd className="mono">{model.revision.slice(0, 24)}</dd>
          </div>
        )}
        {model.fetchedAt && (
          <div>
            <dt>{t('fetched')}</dt>
            <dd>{moment(model.fetchedAt)}</dd>
          </div>
        )}
        {runs && (
          <div>
            <dt>{t('used by')}</dt>
            <dd>
              <RunLinks numbers={runs} />
            </dd>
          </div>
        )}
      </dl>
      <div className={styles.does}>
        {model.state === 'offered' ? (
          !underWay && <Button onClick={() => void fetchModel(model.name)}>{t('Fetch')}</Button>
        ) : (
          <Button
            variant="default"
            onClick={() => {
              playgroundStore.setState({ first: { model: model.name, label: model.name } })
              go({ page: 'playground' })
            }}
          >
            {t('Ask it')}
          </Button>
        )}
        {model.state === 'fetched' && (
          <Button
            variant="subtle"
            color="gray"
            aria-label={t('Delete {{name}}…', { name: model.name })}
            onClick={() => askRemoval({ kind: 'model', name: model.name })}
          >
            {t('Delete…')}
          </Button>
        )}
      </div>
      {fetch && fetch.status !== 'done' && <Fetch fetch={fetch} />}
    </li>
  )
}

function Fetch({ fetch }: { fetch: FetchState }) {
  const { name, status, done, total, file, error } = fetch
  if (status === 'running')
    return (
      <div className={styles.fetch}>
        <Progress
          value={total ? (100 * done) / total : 0}
          aria-label={t('Fetching {{name}}', { name })}
          transitionDuration={0}
        />
        <span>
          {total
            ? `${t('{{done}} of {{total}}', { done: bytes(done), total: bytes(total) })}, ${percent(done / total, 0)}${file && `, ${file}`}`
            : t('asking for it…')}
        </span>
        <Button size="xs" variant="default" onClick={() => void cancelFetch(name)}>
          {t('Stop')}
        </Button>
      </div>
    )
  if (!error) return null
  if (status === 'cancelled')
    return (
      <p className={styles.stopped}>
        {error.message} {error.hint}
      </p>
    )
  return (
    <div className={styles.failed}>
      <Problem explanation={error} title={t('{{name}} could not be fetched', { name })}>
        <Button size="xs" mt="xs" variant="default" onClick={() => void fetchModel(name)}>
          {t('Try again')}
        </Button>
      </Problem>
    </div>
  )
}
