import { Button, Group, Modal, NumberInput, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useStore } from 'zustand'
import { engineName } from '../../../src-main/contract/engines.ts'
import type { Cluster, ClusterState } from '../../../src-main/contract/ray.ts'
import { trainers } from '../../../src-main/contract/trainer-names.ts'
import { closeCluster, clustersStore, saveCluster, tryCluster } from '../../stores/clusters.ts'
import { t } from '../../text/t.ts'
import { type Explanation, explain } from '../../transport/explain.ts'
import launch from '../LaunchDialog.module.css'
import { Problem } from '../Problem.tsx'
import styles from './Cluster.module.css'
import { ClusterFacts } from './ClusterFacts.tsx'
import { type ClusterForm, clusterOf, emptyForm, formOf } from './cluster-form.ts'

/** A Ray cluster: where it is, what a job takes of it, and the rest folded away. */
export function ClusterDialog() {
  const { editing } = useStore(clustersStore)
  return (
    <Modal
      opened={editing !== null}
      onClose={closeCluster}
      title={editing?.cluster ? t('Change {{name}}', { name: editing.cluster.name }) : t('Add a Ray cluster')}
      size="46rem"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      {editing && <Form before={editing.cluster} />}
    </Modal>
  )
}

function Form({ before }: { before: Cluster | null }) {
  const [form, setForm] = useState<ClusterForm>(before ? formOf(before) : emptyForm)
  const [state, setState] = useState<ClusterState | null>(null)
  const [problem, setProblem] = useState<Explanation | null>(null)
  const [busy, setBusy] = useState<'trying' | 'saving' | null>(null)
  const change = (part: Partial<ClusterForm>) => {
    setForm((now) => ({ ...now, ...part }))
    setState(null)
    setProblem(null)
  }
  const during = async (what: 'trying' | 'saving', work: () => Promise<void>) => {
    setBusy(what)
    setProblem(null)
    setState(null)
    try {
      await work()
    } catch (error) {
      setProblem(explain(error))
    }
    setBusy(null)
  }
  const ready = form.name.trim() !== '' && form.address.trim() !== '' && busy === null
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void during('saving', () => saveCluster(clusterOf(form), before?.name ?? null))
      }}
    >
      <div className={styles.row}>
        <TextInput
          label={t('Name')}
          description={t('As you call it.')}
          data-autofocus
          value={form.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <div>
          <span className={styles.label}>{t('Trained with')}</span>
          <p className={styles.about}>{t('Which must be installed on the cluster.')}</p>
          <SegmentedControl
            fullWidth
            aria-label={t('Trained with')}
            value={form.trainer}
            data={trainers.map((value) => ({ value, label: engineName(value) }))}
            onChange={(value) => change({ trainer: value as ClusterForm['trainer'] })}
          />
        </div>
      </div>
      <div className={styles.row}>
        <TextInput
          label={t('Address of its dashboard')}
          description={t('As the ssh host reaches it, or, without one, as this machine does.')}
          classNames={{ input: 'mono' }}
          value={form.address}
          onChange={(event) => change({ address: event.currentTarget.value })}
        />
        <TextInput
          label={t('ssh host')}
          description={t('Its head: the app opens a tunnel there and keeps it. Empty for a cluster of this machine.')}
          placeholder={t('user@head')}
          classNames={{ input: 'mono' }}
          value={form.sshHost}
          onChange={(event) => change({ sshHost: event.currentTarget.value })}
        />
      </div>
      <fieldset className={launch.fields}>
        <legend>{t('What a job takes')}</legend>
        <div className={styles.three}>
          <NumberInput
            label={t('Workers')}
            min={1}
            max={4096}
            allowDecimal={false}
            value={form.count}
            onChange={(count) => change({ count })}
          />
          <NumberInput
            label={t('CPUs of each')}
            min={0.1}
            max={1024}
            value={form.cpus}
            onChange={(cpus) => change({ cpus })}
          />
          <NumberInput
            label={t('GPUs of each')}
            min={0}
            max={64}
            value={form.gpus}
            onChange={(gpus) => change({ gpus })}
          />
        </div>
        <TextInput
          label={t('Folder for checkpoints')}
          description={t(
            'On the cluster; with several nodes one that all of them share. A run that is resumed goes on from there.',
          )}
          classNames={{ input: 'mono' }}
          value={form.storage}
          onChange={(event) => change({ storage: event.currentTarget.value })}
        />
      </fieldset>
      <Rare form={form} onChange={change} />
      {problem && <Problem explanation={problem} />}
      {state && <ClusterFacts state={state} />}
      <Group justify="flex-end" gap="xs">
        <Button
          variant="default"
          mr="auto"
          disabled={!ready}
          onClick={() =>
            void during('trying', async () => {
              setState(await tryCluster(clusterOf(form)))
            })
          }
        >
          {busy === 'trying' ? t('Connecting…') : t('Try the connection')}
        </Button>
        <Button variant="default" onClick={closeCluster}>
          {t('Cancel')}
        </Button>
        <Button type="submit" disabled={!ready}>
          {busy === 'saving' ? t('Saving…') : t('Save')}
        </Button>
      </Group>
    </form>
  )
}

function Rare({ form, onChange }: { form: ClusterForm; onChange(part: Partial<ClusterForm>): void }) {
  const text = (key: keyof ClusterForm, label: string, description: string, placeholder?: string) => (
    <TextInput
      label={label}
      description={description}
      placeholder={placeholder}
      classNames={{ input: 'mono' }}
      value={String(form[key])}
      onChange={(event) => onChange({ [key]: event.currentTarget.value })}
    />
  )
  return (
    <details className={styles.rare}>
      <summary>{t('ssh, token, packages, variables')}</summary>
      <div className={styles.row}>
        <NumberInput
          label={t('ssh port')}
          description={t('Empty: as ssh itself has it.')}
          min={1}
          max={65_535}
          allowDecimal={false}
          value={form.sshPort}
          onChange={(sshPort) => onChange({ sshPort })}
        />
        {text('sshIdentity', t('File of the private key'), t('Empty: those that ssh and its agent have.'))}
        {text('sshConfig', t('ssh configuration'), t('In place of ~/.ssh/config.'))}
        {text(
          'tokenFile',
          t('File with the cluster’s token'),
          t('Of a dashboard that asks for one: “ray get-auth-token”.'),
        )}
        {text(
          'reach',
          t('Where the cluster reaches this app'),
          t('For a cluster elsewhere without ssh: a forward of your own to port 4790 of this machine.'),
          'http://10.0.0.5:4790',
        )}
        {text(
          'node',
          t('Node on the workers'),
          t('The command that runs the rewards. Empty: it is installed from PyPI.'),
        )}
        <Textarea
          label={t('Packages')}
          description={t('That Ray installs for the job with pip, one a line.')}
          autosize
          minRows={2}
          maxRows={6}
          classNames={{ input: 'mono' }}
          value={form.pip}
          onChange={(event) => onChange({ pip: event.currentTarget.value })}
        />
        <Textarea
          label={t('Environment')}
          description={t('NAME=VALUE, one a line.')}
          autosize
          minRows={2}
          maxRows={6}
          classNames={{ input: 'mono' }}
          value={form.env}
          onChange={(event) => onChange({ env: event.currentTarget.value })}
        />
      </div>
    </details>
  )
}
