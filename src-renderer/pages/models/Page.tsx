import { Button, Progress, Skeleton, TextInput } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { FetchState, ModelInfo } from '../../../src-main/contract/models.ts'
import { bytes, percent } from '../../format/number.ts'
import { moment } from '../../format/time.ts'
import { Problem } from '../../parts/Problem.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { cancelFetch, fetchModel, loadModels, modelsStore, removeModel } from '../../stores/models.ts'
import { playgroundStore } from '../../stores/playground.ts'
import { go } from '../../stores/route.ts'
import { useConnection } from '../../stores/use.ts'
import styles from './Page.module.css'

/** The models of this machine, and a way to get more. */
export function ModelsPage() {
  const { models, folder, fetches, error } = useStore(modelsStore)
  const { status } = useConnection()
  useEffect(() => {
    if (status === 'connected') void loadModels()
  }, [status])
  const known = new Set(models?.map((m) => m.name))
  const others = Object.values(fetches).filter((f) => !known.has(f.name))
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>Models</h1>
        {folder && (
          <p>
            Fetched ones lie in <span className="mono">{folder}</span>
          </p>
        )}
      </header>
      <Unreachable />
      <FetchForm />
      {error && <Problem explanation={error} title="The models could not be listed" />}
      {models ? (
        <ul className={styles.list} aria-label="Models">
          {others.map((fetch) => (
            <li key={fetch.name} className={styles.model}>
              <div className={styles.name}>
                <b>{fetch.name}</b>
              </div>
              <Fetch fetch={fetch} />
            </li>
          ))}
          {models.map((model) => (
            <Model key={model.name} model={model} fetch={fetches[model.name]} />
          ))}
        </ul>
      ) : (
        !error && <Skeleton height="9rem" animate={false} />
      )}
    </div>
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
        label="Fetch from the Hugging Face hub"
        description="Llama, SmolLM2, Qwen2, Qwen2.5 and Qwen3; safetensors or GGUF. Every file is checked by its hash, and nothing in it is run."
        placeholder="Qwen/Qwen2.5-0.5B-Instruct"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label="Revision"
        placeholder="main"
        value={revision}
        onChange={(event) => setRevision(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!name.trim()} leftSection={<IconDownload size="1rem" aria-hidden="true" />}>
        Fetch
      </Button>
    </form>
  )
}

function Model({ model, fetch }: { model: ModelInfo; fetch: FetchState | undefined }) {
  const [sure, setSure] = useState(false)
  const underWay = fetch?.status === 'running'
  return (
    <li className={styles.model}>
      <div className={styles.name}>
        <b>{model.name}</b>
        <span>{model.title}</span>
      </div>
      <dl className={styles.facts}>
        <div>
          <dt>{model.state === 'offered' ? 'download' : 'on the disk'}</dt>
          <dd>{bytes(model.bytes)}</dd>
        </div>
        {model.revision && (
          <div>
            <dt>revision</dt>
            <dd className="mono">{model.revision.slice(0, 24)}</dd>
          </div>
        )}
        {model.fetchedAt && (
          <div>
            <dt>fetched</dt>
            <dd>{moment(model.fetchedAt)}</dd>
          </div>
        )}
      </dl>
      <div className={styles.does}>
        {model.state === 'offered' ? (
          !underWay && <Button onClick={() => void fetchModel(model.name)}>Fetch</Button>
        ) : (
          <Button
            variant="default"
            onClick={() => {
              playgroundStore.setState({ first: { model: model.name, label: model.name } })
              go({ page: 'playground' })
            }}
          >
            Ask it
          </Button>
        )}
        {model.state === 'fetched' && !sure && (
          <Button variant="subtle" color="gray" onClick={() => setSure(true)}>
            Remove…
          </Button>
        )}
        {sure && (
          <>
            <Button color="red" onClick={() => void removeModel(model.name)}>
              Delete {bytes(model.bytes)}
            </Button>
            <Button variant="default" onClick={() => setSure(false)}>
              Keep
            </Button>
          </>
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
        <Progress value={total ? (100 * done) / total : 0} aria-label={`Fetching ${name}`} transitionDuration={0} />
        <span>
          {total
            ? `${bytes(done)} of ${bytes(total)}, ${percent(done / total, 0)}${file && `, ${file}`}`
            : 'asking for it…'}
        </span>
        <Button size="xs" variant="default" onClick={() => void cancelFetch(name)}>
          Stop
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
      <Problem explanation={error} title={`${name} could not be fetched`}>
        <Button size="xs" mt="xs" variant="default" onClick={() => void fetchModel(name)}>
          Try again
        </Button>
      </Problem>
    </div>
  )
}
