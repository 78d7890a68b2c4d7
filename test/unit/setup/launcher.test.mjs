import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createContext, setUp } from '../../../scripts/setup/index.mjs'
import { start } from '../../../scripts/setup/start.mjs'
import { context, installedCheckout, programs, scratchFolder, write } from './support.mjs'

const project = path.resolve(import.meta.dirname, '../../..')

/** A checkout with the real launcher and a program in place of the app. */
function checkout(program) {
  const root = installedCheckout(scratchFolder())
  mkdirSync(path.join(root, 'bin'))
  copyFileSync(path.join(project, 'bin/grpo-studio'), path.join(root, 'bin/grpo-studio'))
  copyFileSync(path.join(root, 'package-lock.json'), path.join(root, 'node_modules/.installed-lock.json'))
  write(path.join(root, 'package.json'), '{"type":"module"}')
  write(path.join(root, 'src-main/headless.ts'), program)
  return { root, launcher: path.join(root, 'bin/grpo-studio') }
}

describe('bin/grpo-studio', () => {
  it('passes arguments, results and the exit status through, from anywhere and through links', () => {
    const { root, launcher } = checkout('console.log(JSON.stringify(process.argv.slice(2))); process.exit(7)')
    const link = path.join(scratchFolder(), 'grpo-studio')
    symlinkSync(launcher, link)
    for (const command of [launcher, link]) {
      const { status, stdout, stderr } = spawnSync(command, ['run', 'a b', '--json'], { cwd: '/', encoding: 'utf8' })
      expect({ status, stdout, stderr }).toEqual({ status: 7, stdout: '["run","a b","--json"]\n', stderr: '' })
    }
    expect(existsSync(root)).toBe(true)
  })

  it('is the program itself to signals', async () => {
    const { launcher } = checkout(
      `process.on('SIGTERM', () => { console.log('ended in order'); process.exit(3) }); setInterval(() => {}, 1000); console.log('ready')`,
    )
    const child = spawn(launcher, [], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (data) => {
      output += data
      if (output === 'ready\n') child.kill('SIGTERM')
    })
    expect(await once(child, 'close')).toEqual([3, null])
    expect(output).toBe('ready\nended in order\n')
  })

  it('does the set-up first where it is not done, on stderr, and stops where that fails', () => {
    const { root, launcher } = checkout('console.log("ran")')
    rmSync(path.join(root, 'node_modules/.installed-lock.json'))
    const stamp = path.join(root, 'node_modules/.installed-lock.json')
    const lock = path.join(root, 'package-lock.json')
    write(
      path.join(root, 'scripts/setup.mjs'),
      `import fs from 'node:fs'; console.log('setting up'); fs.copyFileSync('${lock}', '${stamp}')`,
    )
    const { status, stdout, stderr } = spawnSync(launcher, [], { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'ran\n', stderr: 'setting up\n' })
    rmSync(stamp)
    write(path.join(root, 'scripts/setup.mjs'), 'process.exit(1)')
    expect(spawnSync(launcher, [], { encoding: 'utf8' })).toMatchObject({ status: 1, stdout: '' })
  })
})

describe('npm start', () => {
  /** Runs the real start in a checkout whose window and app are stand-ins, with nothing on PATH: TensorFlow cannot be set up. */
  function startIn(program, args) {
    const { root } = checkout(program)
    write(
      path.join(root, 'scripts/build-renderer.ts'),
      `import fs from 'node:fs'; fs.mkdirSync('out/renderer', { recursive: true }); fs.writeFileSync('out/renderer/index.html', '')`,
    )
    const script = `import { start } from '${project}/scripts/setup/start.mjs'
      import { createContext } from '${project}/scripts/setup/index.mjs'
      const context = createContext({ root: '${root}', cache: '${root}/cache', env: { PATH: '' }, platform: 'linux', arch: 'x64', uid: 1000 })
      process.exitCode = await start(${JSON.stringify(args)}, context)`
    return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] })
  }

  async function ended(child) {
    const text = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr']) child[name].on('data', (data) => (text[name] += data))
    const [status] = await once(child, 'close')
    return { status, ...text }
  }

  it('sets up, builds the window, says why it is a browser, and hands its arguments and its exit status over', async () => {
    const program = 'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 5'
    const { status, stdout, stderr } = await ended(startIn(program, ['--recipe', 'r1-zero-mini', '--no-open']))
    expect(stdout).toBe('["serve","--recipe","r1-zero-mini","--no-open"]\n')
    expect(status).toBe(5)
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^! Python 3.*TensorFlow cannot be used; training runs on WebAssembly/),
      'Browser mode, as there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set).',
      'The window: building it from its sources',
      expect.stringMatching(/^The window: built in \d+ s$/),
    ])
  })

  it('passes a polite kill on to the app, and waits for it to close', async () => {
    const program = `process.on('SIGTERM', () => setTimeout(() => { console.log('closed in order'); process.exit(0) }, 200)); setInterval(() => {}, 1000); console.log('ready')`
    const child = startIn(program, [])
    child.stdout.once('data', () => child.kill('SIGTERM'))
    expect(await ended(child)).toMatchObject({ status: 0, stdout: 'ready\nclosed in order\n' })
  })
})

describe('set-up', () => {
  it('goes on without TensorFlow, says so once, and notes why for the doctor', async () => {
    const here = context({ platform: 'linux', arch: 'x64', env: { PATH: programs({}) } })
    installedCheckout(here.root)
    expect(await setUp(here)).toBe(true)
    expect(here.report.lines).toEqual([
      expect.stringMatching(/^! Python 3.*not on PATH\. TensorFlow cannot be used; training runs on WebAssembly/),
    ])
    const note = readFileSync(path.join(here.root, 'node_modules/.no-tensorflow.txt'), 'utf8')
    expect(note).toBe('Python 3, whose pip downloads TensorFlow, is not on PATH')
  })

  it('ends, with the reason, where the packages cannot be had', async () => {
    const here = context({ env: { PATH: programs({ npm: 'echo "npm error ENOTFOUND"; exit 1' }) } })
    write(path.join(here.root, 'package-lock.json'), '{"packages":{"":{}}}')
    expect(await setUp(here)).toBe(false)
    expect(here.report.lines.at(-1)).toMatch(/^! npm could not install the packages/)
    expect(await start([], here)).toBe(1)
  })

  it('says in one line that the disk is full', async () => {
    const here = context()
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      path: '/full/file',
    })
    here.report.line = () => {}
    Object.defineProperty(here, 'env', {
      get() {
        throw full
      },
    })
    write(path.join(here.root, 'package-lock.json'), '{"packages":{"":{}}}')
    expect(await setUp(here)).toBe(false)
    expect(here.report.lines).toEqual([
      '! The disk is full (/full/file). Free some space, then run the same command again.',
    ])
  })

  it('that is interrupted ends at once with what it started, leaves nothing that looks finished, and is completed by running it again', async () => {
    const root = installedCheckout(scratchFolder())
    const cache = scratchFolder()
    // pip that never ends, and notes when it was ended
    const PATH = programs({ python3: `if [ "$3" = --version ]; then exit 0; fi\ntouch ${cache}/begun\nexec sleep 600` })
    const script = `import { createContext, setUp } from '${project}/scripts/setup/index.mjs'
      await setUp(createContext({ root: '${root}', cache: '${cache}/grpo-studio', env: { PATH: '${PATH}' }, platform: 'linux', arch: 'x64' }))`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    while (!existsSync(path.join(cache, 'begun'))) await sleep(50)
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([130, null])
    expect(existsSync(path.join(root, '.setup/lock'))).toBe(false)

    const again = createContext({
      ...context(),
      root,
      cache: `${cache}/grpo-studio`,
      env: { PATH: programs({}) },
      platform: 'linux',
      arch: 'x64',
    })
    expect(await setUp(again)).toBe(true)
  })
})
