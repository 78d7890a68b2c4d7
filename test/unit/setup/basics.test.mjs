import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ensureChromium } from '../../../scripts/setup/browser.mjs'
import { fillFolder, requireSpace, writeWhole } from '../../../scripts/setup/files.mjs'
import { withLock } from '../../../scripts/setup/lock.mjs'
import { cacheFolder } from '../../../scripts/setup/places.mjs'
import { bytes, createReport, SetupProblem } from '../../../scripts/setup/report.mjs'
import { lastError, run } from '../../../scripts/setup/run.mjs'
import { countPlaywright, countVitest, test as runSuites, suites, waves } from '../../../scripts/setup/test.mjs'
import { unpackWheel } from '../../../scripts/setup/wheel.mjs'
import { context, installedCheckout, problemOf, programs, readableReport, scratchFolder, write } from './support.mjs'

describe('an old Node', () => {
  it('is told which one is needed', () => {
    const script = `import('./scripts/setup/check-node.mjs').then((module) => module.checkNode('18.19.0'))`
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^! Node 18\.19\.0 is too old\. The set-up needs Node 20 or newer.*\n$/)
  })
})

describe('the report', () => {
  it('gives sizes as people read them', () => {
    expect([0, 999, 1500, 273_829_956, 3_200_000_000].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '274 MB',
      '3.2 GB',
    ])
  })

  it('replaces progress in a terminal, and keeps it to a line every ten seconds elsewhere', () => {
    const shown = (isTTY) => {
      const stream = new PassThrough()
      let now = 20_000
      const report = createReport(Object.assign(stream, { isTTY }), () => now)
      for (let i = 0; i < 40; i++, now += 500) report.progress(`${i} of 40`)
      report.problem(new SetupProblem('No disk', 'It is slow', 'paper is used'))
      return String(stream.read())
    }
    expect(shown(true)).toMatch(
      /\r\x1b\[K0 of 40\r.*\r\x1b\[K39 of 40\r\x1b\[K! No disk\. It is slow; paper is used\.\n$/s,
    )
    expect(shown(false)).toBe('0 of 40\n20 of 40\n! No disk. It is slow; paper is used.\n')
  })
})

describe('the cache folder', () => {
  it('is where the platform has it', () => {
    expect(cacheFolder({}, 'linux', '/home/a')).toBe('/home/a/.cache/grpo-studio')
    expect(cacheFolder({ XDG_CACHE_HOME: '/big' }, 'linux', '/home/a')).toBe('/big/grpo-studio')
    expect(cacheFolder({}, 'darwin', '/Users/a')).toBe('/Users/a/Library/Caches/grpo-studio')
    expect(cacheFolder({ LOCALAPPDATA: '/local' }, 'win32', '/a')).toBe('/local/grpo-studio')
  })
})

describe('a wheel', () => {
  const make = (file, script) =>
    execFileSync('python3', [
      '-c',
      `import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w")\n${script}\nz.close()`,
      file,
    ])

  it('is unpacked: packed, plain and empty files', async () => {
    const folder = scratchFolder()
    const file = path.join(folder, 'a.whl')
    make(
      file,
      'z.writestr("a/packed", "x" * 100000, zipfile.ZIP_DEFLATED)\nz.writestr("a/plain", "yes")\nz.writestr("a/empty", "")\nz.writestr("b", "no")',
    )
    const target = path.join(folder, 'out')
    expect(await unpackWheel(file, target, (name) => name.startsWith('a/'))).toBe(3)
    expect(readdirSync(target)).toEqual(['a'])
    expect(readFileSync(path.join(target, 'a/packed'), 'utf8')).toBe('x'.repeat(100_000))
    expect(readFileSync(path.join(target, 'a/plain'), 'utf8')).toBe('yes')
    expect(statSync(path.join(target, 'a/empty')).size).toBe(0)
  })

  it('cannot write outside its folder', async () => {
    const folder = scratchFolder()
    const file = path.join(folder, 'a.whl')
    make(file, 'z.writestr("../escaped", "x")')
    await expect(unpackWheel(file, path.join(folder, 'out'), () => true)).rejects.toThrow(
      'outside its folder: ../escaped',
    )
    expect(existsSync(path.join(folder, 'escaped'))).toBe(false)
  })

  it('that was cut short is refused', async () => {
    const folder = scratchFolder()
    const file = path.join(folder, 'a.whl')
    make(file, 'z.writestr("a", "x" * 1000)')
    truncateSync(file, 500)
    await expect(unpackWheel(file, path.join(folder, 'out'), () => true)).rejects.toThrow('not a zip archive')
  })
})

describe('files', () => {
  it('appear whole', async () => {
    const folder = scratchFolder()
    writeWhole(path.join(folder, 'deep/a.json'), '{}')
    expect(readdirSync(path.join(folder, 'deep'))).toEqual(['a.json'])
    await expect(
      fillFolder(path.join(folder, 'never'), async (part) => {
        write(path.join(part, 'half'), '')
        throw new Error('interrupted')
      }),
    ).rejects.toThrow('interrupted')
    expect(readdirSync(folder)).toEqual(['deep'])
  })

  it('are not begun where the disk is too full', () => {
    expect(() => requireSpace('/big', 2e9, 'It is slow', 'paper is used', () => 1e9)).toThrow(
      '/big needs 2.0 GB and its disk has 1.0 GB free. It is slow; paper is used.',
    )
    requireSpace(scratchFolder(), 1, '', '')
  })
})

describe('programs', () => {
  it('are ended when nothing arrives any more', async () => {
    const start = Date.now()
    const { stalled } = await run('/bin/sleep', ['60'], { stalled: () => true })
    expect(stalled).toBe(true)
    expect(Date.now() - start).toBeLessThan(10_000)
  })

  it('that cannot be started say so', async () => {
    expect(await run('/nowhere/program', [])).toMatchObject({ status: null, output: expect.stringContaining('ENOENT') })
  })

  it('give the line that tells what went wrong', () => {
    expect(
      lastError('fetching\nnpm error code ENOTFOUND\nnpm error A complete log of this run can be found in: /x\n'),
    ).toBe('npm error code ENOTFOUND')
    const retrying = `Retrying after ${'x'.repeat(200)}: [Errno -3] Temporary failure in name resolution`
    expect(lastError(`${retrying}\nERROR: No matching distribution found`)).toBe(
      'Temporary failure in name resolution: ERROR: No matching distribution found',
    )
    expect(lastError('RequestError: getaddrinfo ENOTFOUND a.org\n    at emitErrorCloseNT (node:internal:1:1)\n')).toBe(
      'RequestError: getaddrinfo ENOTFOUND a.org',
    )
    expect(lastError('')).toBe('it gave no reason')
  })
})

describe('two set-ups of one folder', () => {
  it('run one after the other', async () => {
    const root = scratchFolder()
    const order = []
    const report = readableReport()
    const first = withLock(root, report, async () => {
      order.push('first begins')
      await sleep(300)
      order.push('first ends')
    })
    await Promise.all([first, withLock(root, report, async () => void order.push('second'))])
    expect(order).toEqual(['first begins', 'first ends', 'second'])
    expect(report.lines).toEqual([expect.stringMatching(/Another set-up of this folder is running \(process \d+\)/)])
  })

  it('do not wait for one that died', async () => {
    const root = scratchFolder()
    write(path.join(root, '.setup/lock'), '999999999')
    expect(await withLock(root, readableReport(), async () => 'done')).toBe('done')
    expect(readdirSync(path.join(root, '.setup'))).toEqual([])
  })
})

describe('a Chromium for the tests', () => {
  const version = 'echo Chromium 140.0.7339.1'

  it('is the installed one', async () => {
    const PATH = programs({ chromium: version })
    expect(await ensureChromium(context({ env: { PATH }, uid: 1000 }))).toBe(path.join(PATH, 'chromium'))
  })

  it('is installed with apt-get by root', async () => {
    const PATH = programs({
      'apt-get': `if [ "$1" = install ]; then p=$(dirname "$0")/chromium; echo '#!/bin/sh\n${version}' > $p; /bin/chmod +x $p; fi`,
    })
    expect(await ensureChromium(context({ env: { PATH }, uid: 0 }))).toBe(path.join(PATH, 'chromium'))
  })

  it("is Playwright's own where there is no other", async () => {
    const here = context({ env: { PATH: programs({ 'apt-get': 'exit 100' }) }, uid: 1000 })
    installedCheckout(here.root)
    write(path.join(here.root, 'node_modules/playwright/cli.js'), '')
    expect(await ensureChromium(here)).toBe('')
  })

  it('that cannot be had is said, with all that was tried', async () => {
    const PATH = programs({
      chromium: 'echo "requires the snap"; exit 1',
      'apt-get': 'echo "E: Unable to locate package chromium: failed"; exit 100',
    })
    const here = context({ env: { PATH }, uid: 0 })
    installedCheckout(here.root)
    write(
      path.join(here.root, 'node_modules/playwright/cli.js'),
      `console.error('Error: connect ECONNREFUSED'); process.exit(1)`,
    )
    expect(await problemOf(ensureChromium(here))).toMatch(
      /no Chromium: .*chromium does not start; apt-get could not install it \(E: Unable.*\); Playwright could not download its own \(Error: connect ECONNREFUSED\)\. The end-to-end tests cannot run/,
    )
  })
})

describe('the counts of npm test', () => {
  const file = (status, ...assertions) => ({ status, assertionResults: assertions.map((one) => ({ status: one })) })

  it('hold every test, and every file that could not be loaded', () => {
    const testResults = [file('passed', 'passed', 'passed'), file('failed', 'failed', 'passed'), file('failed')]
    expect(countVitest({ numPassedTests: 3, numFailedTests: 1, testResults }, 1)).toEqual({ passed: 3, failed: 2 })
  })

  it('hold a failure where a suite crashed, had no tests, or ended badly', () => {
    expect(countVitest(undefined, 1)).toEqual({ passed: 0, failed: 1 })
    expect(countVitest({ numPassedTests: 0, numFailedTests: 0, testResults: [] }, 0)).toEqual({ passed: 0, failed: 1 })
    expect(
      countVitest({ numPassedTests: 2, numFailedTests: 0, testResults: [file('passed', 'passed', 'passed')] }, 1),
    ).toEqual({ passed: 2, failed: 1 })
    expect(countPlaywright({ result: undefined, status: 0 })).toEqual({ passed: 0, failed: 1 })
    expect(
      countPlaywright({ result: { stats: { expected: 0, unexpected: 0, flaky: 0 }, errors: [] }, status: 0 }),
    ).toEqual({ passed: 0, failed: 1 })
    expect(
      countPlaywright({ result: { stats: { expected: 4, unexpected: 1, flaky: 1 }, errors: [] }, status: 1 }),
    ).toEqual({ passed: 4, failed: 2 })
  })

  it('come of suites one after the other, but for the checks that take one core each', () => {
    const names = (wanted) =>
      waves(suites.filter(({ name }) => wanted(name))).map((wave) => wave.map(({ name }) => name))
    expect(names(() => true).slice(0, 3)).toEqual([['types', 'lint', 'imports'], ['build'], ['unit']])
    expect(names((name) => ['types', 'unit', 'e2e'].includes(name))).toEqual([['types'], ['unit'], ['e2e']])
  })

  it('are refused for a suite that does not exist', async () => {
    const here = context()
    expect(await runSuites(['unti'], here)).toBe(2)
    expect(here.report.lines[0]).toMatch(/no suite "unti"\. Choose from types, lint, imports, build, unit/)
  })
})
