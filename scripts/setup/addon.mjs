/** The addon of tfjs-node: compiled once per user against libtensorflow and Node-API, kept in the cache, and linked into each checkout. */
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { fillFolder, readJson } from './files.mjs'
import { COST, INSTEAD } from './libtensorflow.mjs'
import { node24, tfjsNode } from './places.mjs'
import { SetupProblem } from './report.mjs'
import { findProgram, lastError, run } from './run.mjs'

const FLAGS = ['-shared', '-fPIC', '-O2', '-DNAPI_VERSION=8']
const FILES = ['tfjs_binding.node', 'stderr_guard.node']
const guardSource = (root) => path.join(root, 'scripts/setup/stderr_guard.c')

/**
 * Compiles (or takes from the cache) the addon for the library in `libraryFolder`, and links both into this checkout.
 * @throws SetupProblem
 */
export async function ensureAddon({ root, cache, env, report }, libraryFolder) {
  const key = addonKey(root, libraryFolder)
  const target = tfjsNode(root)
  const stamp = path.join(target, 'deps', 'linked.json')
  const links = linksOf(target, libraryFolder)
  const linked = readJson(stamp)
  if (linked?.key === key && linked.libraryFolder === libraryFolder && links.every(({ at }) => existsSync(at))) return

  const built = path.join(cache, 'addon', key)
  if (!FILES.every((name) => existsSync(path.join(built, name))))
    await compile({ root, env, report }, libraryFolder, built)

  // From here it takes milliseconds; the stamp is removed first and written last, so an interruption is noticed.
  rmSync(stamp, { force: true })
  rmSync(path.join(target, 'deps'), { recursive: true, force: true })
  for (const { at, to } of links) {
    mkdirSync(path.dirname(at), { recursive: true })
    symlinkSync(to, at)
  }
  const folder = path.join(target, 'lib', 'napi-v8')
  mkdirSync(folder, { recursive: true })
  for (const name of FILES) {
    // A copy, not a link: the addon finds the library from its own place. Renamed into place, as a running process may have the old one.
    copyFileSync(path.join(built, name), path.join(folder, `${name}.part`))
    renameSync(path.join(folder, `${name}.part`), path.join(folder, name))
  }
  writeFileSync(stamp, JSON.stringify({ key, libraryFolder }))
  report.line(`TensorFlow: linked into this checkout from ${cache}`)
}

async function compile({ root, env, report }, libraryFolder, built) {
  const compiler = findProgram([env.CXX, 'c++', 'g++', 'clang++'], env)
  if (!compiler) throw new SetupProblem('No C++ compiler (c++, g++ or clang++) is on PATH', COST, INSTEAD)
  const start = Date.now()
  report.line('TensorFlow: compiling the addon, about 10 s')
  const source = path.join(tfjsNode(root), 'binding')
  const library = path.join(libraryFolder, 'tensorflow')
  const headers = ['-I', node24(root).headers]
  await fillFolder(built, async (part) => {
    // The linker looks for libtensorflow.so, the wheel has libtensorflow_cc.so.2.
    symlinkSync(path.join(library, 'libtensorflow_cc.so.2'), path.join(part, 'libtensorflow.so'))
    symlinkSync(path.join(library, 'libtensorflow_framework.so.2'), path.join(part, 'libtensorflow_framework.so'))
    const units = [
      [
        ...['-std=c++17', ...headers, '-I', path.join(library, 'include')],
        ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => path.join(source, name)),
        ...['-L', part, '-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/../../deps/lib'],
        ...['-o', path.join(part, 'tfjs_binding.node')],
      ],
      [...headers, '-x', 'c', guardSource(root), '-o', path.join(part, 'stderr_guard.node')],
    ]
    for (const unit of units) {
      const { status, output } = await run(compiler, [...FLAGS, ...unit], {
        env,
        onTick: () => report.progress(`TensorFlow: compiling the addon, ${Math.round((Date.now() - start) / 1000)} s`),
      })
      if (status !== 0)
        throw new SetupProblem(`${compiler} could not compile TensorFlow's addon (${lastError(output)})`, COST, INSTEAD)
    }
    for (const name of readdirSync(part)) if (!FILES.includes(name)) rmSync(path.join(part, name))
  })
  report.line(`TensorFlow: addon compiled in ${Math.round((Date.now() - start) / 1000)} s`)
}

/** Everything that the compiled addon depends on. */
function addonKey(root, libraryFolder) {
  const hash = createHash('sha256')
  const binding = path.join(tfjsNode(root), 'binding')
  for (const name of readdirSync(binding).sort()) hash.update(name).update(readFileSync(path.join(binding, name)))
  hash.update(readFileSync(guardSource(root))).update(FLAGS.join(' '))
  process.report.excludeNetwork = true
  const { glibcVersionRuntime = '' } = process.report.getReport().header
  hash.update(glibcVersionRuntime).update(path.basename(libraryFolder))
  return `${process.platform}-${process.arch}-${hash.digest('hex').slice(0, 16)}`
}

/** The addon asks for libtensorflow_cc.so.2; TensorFlow asks for ../nvidia/<part>/lib beside the folder where it was found. */
function linksOf(target, libraryFolder) {
  const lib = path.join(target, 'deps', 'lib')
  const links = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((name) => ({
    at: path.join(lib, name),
    to: path.join(libraryFolder, 'tensorflow', name),
  }))
  const nvidia = path.join(libraryFolder, 'nvidia')
  if (existsSync(nvidia)) links.push({ at: path.join(target, 'deps', 'nvidia'), to: nvidia })
  return links
}
