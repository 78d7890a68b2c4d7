/** The npm packages of the lockfile. Among them is Node 24, on which everything after the set-up runs. */
import { copyFileSync, existsSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { readJson } from './files.mjs'
import { node24 } from './places.mjs'
import { SetupProblem } from './report.mjs'
import { findProgram, lastError, run } from './run.mjs'

/** Measured; they change too little between versions to be worth asking the registry. */
const SIZE = 'about 280 MB to download, 1.0 GB on disk'

/** npm's own waits between attempts add up to two minutes without a network. */
const RETRIES = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=10000']

/** A copy of the lockfile that was installed, written last: bin/grpo-studio compares it with the lockfile. */
const stampFile = (folder) => path.join(folder, 'node_modules', '.installed-lock.json')

/** True when exactly what the lockfile names is installed. npm writes its own record of what it installed last of all. */
export function packagesComplete(folder) {
  const wanted = readJson(path.join(folder, 'package-lock.json'))?.packages
  const installed = readJson(path.join(folder, 'node_modules', '.package-lock.json'))?.packages
  if (!wanted || !installed || !existsSync(node24(folder).executable)) return false
  return Object.entries(wanted).every(([place, { version, optional }]) => {
    if (place === '') return true
    return installed[place] ? installed[place].version === version : optional === true
  })
}

/** Installs what the lockfile names when it is not there. @throws SetupProblem: nothing can start without the packages. */
export async function ensurePackages({ root, env, report }) {
  const lockfile = path.join(root, 'package-lock.json')
  const stamp = stampFile(root)
  if (existsSync(stamp) && readFileSync(stamp).equals(readFileSync(lockfile))) return
  if (!packagesComplete(root)) await install({ root, env, report })
  copyFileSync(lockfile, `${stamp}.part`)
  renameSync(`${stamp}.part`, stamp)
}

async function install({ root, env, report }) {
  const [command, ...first] = npmCommand(root, env)
  const places = Object.entries(readJson(path.join(root, 'package-lock.json')).packages)
    .filter(([place, entry]) => place && fitsHere(entry))
    .map(([place]) => path.join(root, place, 'package.json'))
  report.line(`npm packages: installing ${places.length} (${SIZE})`)
  const { status, output } = await run(
    command,
    [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...RETRIES],
    {
      cwd: root,
      env: withoutOwnPackages(root, env),
      onTick: () => report.progress(`npm packages: ${places.filter(existsSync).length} of ${places.length}`),
    },
  )
  if (status !== 0) throw problem(`npm could not install the packages (${lastError(output)})`)
  if (!existsSync(node24(root).executable)) throw problem(`npm has no Node 24 for ${process.platform} ${process.arch}`)
  report.line(`npm packages: ${places.length} installed`)
}

function problem(missing) {
  return new SetupProblem(
    missing,
    'Nothing can start without them',
    'see to that (network, disk), then run the same command again',
  )
}

/** npm as the one that runs this script, if one does; else the one on PATH. */
function npmCommand(root, env) {
  if (env.npm_execpath?.endsWith('npm-cli.js') && env.npm_node_execpath && !env.npm_node_execpath.startsWith(root))
    return [env.npm_node_execpath, env.npm_execpath]
  const npm = findProgram(process.platform === 'win32' ? ['npm.cmd'] : ['npm'], withoutOwnPackages(root, env))
  if (!npm) throw problem('npm is not on PATH')
  return [npm]
}

/** The environment without node_modules/.bin: npm must not run on the very Node that it is about to replace. */
function withoutOwnPackages(root, env) {
  const own = path.join(root, 'node_modules')
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => !folder.startsWith(own))
  return { ...env, PATH: folders.join(path.delimiter) }
}

const allows = (list, value) => !list || (list.includes(value) && !list.includes(`!${value}`))
const fitsHere = (entry) =>
  allows(entry.os, process.platform) && allows(entry.cpu, process.arch) && !entry.libc?.includes('musl')
