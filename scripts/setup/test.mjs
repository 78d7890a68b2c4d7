/** The suites of `npm test`. Whatever ends without telling its counts has failed. */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ensureChromium } from './browser.mjs'
import { buildApp, buildRenderer } from './build.mjs'
import { readJson } from './files.mjs'
import { createContext, setUp } from './index.mjs'
import { compileCache, node24 } from './places.mjs'
import { SetupProblem } from './report.mjs'
import { track } from './run.mjs'

/** In the order in which they run: what is quick to fail comes first. Neighbours that compute on one core alone run beside one another. */
export const suites = [
  {
    name: 'types',
    beside: true,
    // what it knows of unchanged files is kept: a second check takes seconds
    run: (context) =>
      check(
        context,
        ...['node_modules/typescript/bin/tsc', '--noEmit', '--incremental'],
        ...['--tsBuildInfoFile', 'node_modules/.cache/types.tsbuildinfo'],
      ),
  },
  {
    name: 'lint',
    beside: true,
    run: (context) => check(context, 'node_modules/@biomejs/biome/bin/biome', 'check'),
  },
  {
    name: 'imports',
    beside: true,
    run: (context) => check(context, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs', ...CRUISED),
  },
  { name: 'build', run: bundle },
  { name: 'unit', run: (context) => vitest(context, 'unit') },
  { name: 'engine', run: (context) => vitest(context, 'engine') },
  { name: 'host', run: (context) => vitest(context, 'host') },
  { name: 'e2e', run: playwright },
  // Minutes of training, which what computes it is tested without: `npm test -- learning`.
  { name: 'learning', asked: true, run: (context) => vitest(context, 'learning') },
]
const CRUISED = ['src-main', 'src-renderer', 'scripts', 'test', 'electron.vite.config.ts']

/** @returns {Promise<number>} exit status */
export async function test(names, context = createContext()) {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name))
  if (unknown.length) {
    context.report.line(
      `! There is no suite "${unknown[0]}". Choose from ${suites.map((suite) => suite.name).join(', ')}.`,
    )
    return 2
  }
  const total = { passed: 0, failed: 0 }
  if (await setUp(context)) {
    const folder = path.join(context.root, 'test-results')
    mkdirSync(folder, { recursive: true })
    const run = async (suite) => {
      const counts = await suite.run({ ...context, folder }).catch((error) => {
        context.report.line(error instanceof SetupProblem ? `! ${error.message}` : error.stack)
        return { passed: 0, failed: 1 }
      })
      context.report.line(`── ${suite.name}: ${counts.passed} passed, ${counts.failed} failed`)
      total.passed += counts.passed
      total.failed += counts.failed
    }
    for (const wave of waves(suites.filter(({ name, asked }) => (names.length ? names.includes(name) : !asked)))) {
      context.report.line(`\n── ${wave.map(({ name }) => name).join(', ')}`)
      await Promise.all(wave.map(run))
    }
  } else total.failed++
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`)
  return total.failed ? 1 : 0
}

/** Suites that run at the same time. */
export function waves(chosen) {
  const found = []
  for (const suite of chosen) {
    const last = found.at(-1)
    if (suite.beside && last?.[0].beside) last.push(suite)
    else found.push([suite])
  }
  return found
}

/** A program that says yes or no counts as one. */
async function check(context, ...args) {
  const passed = (await onNode24(context, args)) === 0
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1 }
}

/** What Electron would run is built on every machine, and one of its programs is run: bundling breaks what reading the sources does not show. */
async function bundle(context) {
  await buildApp(context)
  return check(context, 'out/main/probe.js', 'wasm')
}

async function vitest(context, project) {
  const file = path.join(context.folder, `${project}.json`)
  rmSync(file, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const status = await onNode24(context, ['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...reporters])
  return countVitest(readJson(file), status)
}

/** A file that could not be loaded has no tests to count; it counts as one that failed. */
export function countVitest(result, status) {
  if (!result) return { passed: 0, failed: 1 }
  const unloaded = result.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  )
  const counts = { passed: result.numPassedTests, failed: result.numFailedTests + unloaded.length }
  if (counts.failed === 0 && (status !== 0 || counts.passed === 0)) counts.failed = 1
  return counts
}

async function playwright(context) {
  await buildRenderer(context)
  const chromium = await ensureChromium(context)
  const file = path.join(context.folder, 'e2e.json')
  rmSync(file, { force: true })
  const env = { ...context.env, GRPO_STUDIO_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: file }
  const args = [
    'node_modules/@playwright/test/cli.js',
    'test',
    '--reporter=list,json',
    '--output',
    path.join(context.folder, 'e2e'),
  ]
  return countPlaywright(readJsonAfter(file, await onNode24({ ...context, env }, args)))
}

const readJsonAfter = (file, status) => ({ result: readJson(file), status })

/** A test that passed only when tried again has failed once, and is not counted as passed. */
export function countPlaywright({ result, status }) {
  if (!result) return { passed: 0, failed: 1 }
  const { expected, unexpected, flaky } = result.stats
  const counts = { passed: expected, failed: unexpected + flaky }
  if (counts.failed === 0 && (status !== 0 || expected === 0 || result.errors.length)) counts.failed = 1
  return counts
}

/** @returns {Promise<number | null>} exit status */
function onNode24({ root, env }, args) {
  const { executable } = node24(root)
  // The Node of the packages comes first, so that what a suite starts by name is that one too.
  const PATH = [path.dirname(executable), env.PATH].join(path.delimiter)
  const NODE_COMPILE_CACHE = compileCache(root)
  return new Promise((resolve) => {
    const child = spawn(executable, args, {
      cwd: root,
      env: { ...env, PATH, NODE_COMPILE_CACHE },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    track(child)
    child.on('error', () => resolve(null))
    child.on('close', resolve)
  })
}
