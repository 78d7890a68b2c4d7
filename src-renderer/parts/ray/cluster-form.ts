/** A cluster as a person types it, and what that makes. */
import { type Cluster, clusterSchema, variableIn } from '../../../src-main/contract/ray.ts'

export interface ClusterForm {
  name: string
  address: string
  sshHost: string
  sshPort: number | string
  sshIdentity: string
  sshConfig: string
  reach: string
  tokenFile: string
  trainer: Cluster['trainer']
  count: number | string
  cpus: number | string
  gpus: number | string
  storage: string
  /** Empty: as Python's registry has it. */
  node: string
  /** One a line. */
  pip: string
  /** NAME=VALUE, one a line. */
  env: string
}

export const formOf = (cluster: Cluster): ClusterForm => ({
  name: cluster.name,
  address: cluster.address,
  sshHost: cluster.ssh?.host ?? '',
  sshPort: cluster.ssh?.port ?? '',
  sshIdentity: cluster.ssh?.identity ?? '',
  sshConfig: cluster.ssh?.config ?? '',
  reach: cluster.reach ?? '',
  tokenFile: cluster.tokenFile ?? '',
  trainer: cluster.trainer,
  ...cluster.workers,
  storage: cluster.storage,
  node: cluster.node ?? '',
  pip: cluster.pip.join('\n'),
  env: Object.entries(cluster.env)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n'),
})

/** As a cluster is unless one says otherwise. */
export const emptyForm: ClusterForm = {
  ...formOf(clusterSchema.parse({ name: 'new', address: 'http://127.0.0.1:8265' })),
  name: '',
}

const orNull = (text: string): string | null => text.trim() || null
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

/** Checked by the host. */
export const clusterOf = (form: ClusterForm): Cluster => ({
  name: form.name.trim(),
  address: form.address.trim(),
  ssh: form.sshHost.trim()
    ? {
        host: form.sshHost.trim(),
        port: form.sshPort === '' ? null : Number(form.sshPort),
        identity: orNull(form.sshIdentity),
        config: orNull(form.sshConfig),
      }
    : null,
  reach: orNull(form.reach),
  tokenFile: orNull(form.tokenFile),
  trainer: form.trainer,
  workers: { count: Number(form.count), cpus: Number(form.cpus), gpus: Number(form.gpus) },
  storage: form.storage.trim(),
  node: orNull(form.node),
  pip: linesOf(form.pip),
  env: Object.fromEntries(linesOf(form.env).map(variableIn)),
})
