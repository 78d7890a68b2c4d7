import { resolve } from 'node:path'
import type { Command } from 'commander'
import { engineName } from '../contract/engines.ts'
import { type Cluster, type ClusterState, variableIn } from '../contract/ray.ts'
import { ask } from './ask.ts'
import { dataOption, jsonOption, number, repeated, wholeNumber } from './options.ts'
import { print, printJson, table } from './output.ts'

interface ClusterOptions {
  data?: string
  json?: boolean
}

interface AddOptions extends ClusterOptions {
  address: string
  ssh?: string
  sshPort?: number
  identity?: string
  sshConfig?: string
  reach?: string
  tokenFile?: string
  trainer?: string
  workers?: number
  cpus?: number
  gpus?: number
  storage?: string
  node?: string | false
  pip?: string[]
  env?: string[]
  replace?: boolean
}

export function addClusters(program: Command): void {
  const clusters = program
    .command('clusters')
    .description('Ray clusters on which runs can be trained')
    .addHelpText(
      'after',
      `
docs/ray.md says what a cluster needs, and how it reaches this app.

Examples:
  grpo-studio clusters add here --address http://127.0.0.1:8265
  grpo-studio clusters add lab --address http://127.0.0.1:8265 --ssh me@head --gpus 1 --workers 4 --storage /shared/grpo
  grpo-studio clusters try lab
  grpo-studio run r1-zero-mini --on lab
  grpo-studio clusters list --json
  grpo-studio clusters remove lab`,
    )
  const verb = (usage: string, about: string) =>
    clusters.command(usage).description(about).addOption(dataOption()).addOption(jsonOption())
  verb('list', 'those that were saved').action(list)
  verb('add <name>', 'save one')
    .requiredOption(
      '--address <url>',
      'of its dashboard, as the ssh host reaches it, or, without one, as this machine does',
    )
    .option('--ssh <host>', 'its head, as ssh calls it: the app opens a tunnel there, and keeps it')
    .option('--ssh-port <n>', 'of the ssh host', wholeNumber(1, 65_535))
    .option('--identity <file>', 'private key for ssh')
    .option('--ssh-config <file>', 'in place of ~/.ssh/config')
    .option('--reach <url>', 'where a cluster elsewhere, without ssh, reaches port 4790 of this machine')
    .option('--token-file <file>', 'with the token of a dashboard that asks for one')
    .option('--trainer <name>', 'trl or verl (default: trl)')
    .option('--workers <n>', 'of a job (default: 1)', wholeNumber(1, 4096))
    .option('--cpus <n>', 'of each worker (default: 1)', number(0.1, 1024))
    .option('--gpus <n>', 'of each worker (default: 0)', number(0, 64))
    .option('--storage <folder>', 'for checkpoints, shared by its nodes (default: /tmp/grpo-studio)')
    .option('--node <command>', 'that runs the rewards on a worker (default: node)')
    .option('--no-node', 'there is none: it is installed from PyPI')
    .option('--pip <package>', 'that Ray installs for each job; repeatable', repeated)
    .option('--env <name=value>', 'a variable of the job; repeatable', repeated)
    .option('--replace', 'one of this name that there is already')
    .action(add)
  verb('try <name>', 'connect, and say what it has').action(attempt)
  verb('remove <name>', 'forget one; its runs stay').action(async (name: string, options: ClusterOptions) => {
    await ask('clusters.remove', { name }, options)
    if (options.json) printJson({ removed: name })
    else print(`Removed. Runs that went there keep what they know of it.`)
  })
}

async function list(options: ClusterOptions): Promise<void> {
  const clusters = (await ask('clusters.list', {}, options)) as Cluster[]
  if (options.json) {
    printJson(clusters)
    return
  }
  if (clusters.length === 0) {
    print('There is none yet. For example: grpo-studio clusters add here --address http://127.0.0.1:8265')
    return
  }
  const rows = clusters.map(({ name, address, ssh, trainer, workers, storage }) => [
    name,
    address,
    ssh?.host ?? '–',
    engineName(trainer),
    `${workers.count} × ${workers.cpus} CPUs, ${workers.gpus} GPUs`,
    storage,
  ])
  print(table(['name', 'dashboard', 'ssh', 'trainer', 'workers', 'storage'], rows))
}

async function add(name: string, options: AddOptions): Promise<void> {
  const file = (path: string | undefined) => (path === undefined ? null : resolve(path))
  const ssh = options.ssh && {
    host: options.ssh,
    port: options.sshPort ?? null,
    identity: file(options.identity),
    config: file(options.sshConfig),
  }
  const cluster = {
    name,
    address: options.address,
    ssh: ssh || null,
    reach: options.reach ?? null,
    tokenFile: file(options.tokenFile),
    ...(options.trainer && { trainer: options.trainer }),
    workers: { count: options.workers, cpus: options.cpus, gpus: options.gpus },
    ...(options.storage && { storage: options.storage }),
    node: options.node === false ? null : options.node === undefined ? undefined : options.node,
    pip: options.pip ?? [],
    env: Object.fromEntries((options.env ?? []).map(variableIn)),
  }
  await ask(
    'clusters.save',
    { cluster: JSON.parse(JSON.stringify(cluster)), replace: options.replace ?? false },
    options,
  )
  if (options.json) printJson({ saved: name })
  else print(`Saved. grpo-studio clusters try ${name} connects to it.`)
}

async function attempt(name: string, options: ClusterOptions): Promise<void> {
  const state = (await ask('clusters.try', { name }, options)) as ClusterState
  if (options.json) {
    printJson(state)
    return
  }
  const of = (total: number, free: number | null) => (free === null ? String(total) : `${free} free of ${total}`)
  print(
    `Ray ${state.rayVersion}, ${state.nodes} nodes, CPUs ${of(state.cpus, state.freeCpus)}, GPUs ${of(state.gpus, state.freeGpus)}`,
  )
}
