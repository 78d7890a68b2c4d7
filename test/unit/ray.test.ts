import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it, test } from 'vitest'
import { type Cluster, clusterSchema } from '../../src-main/contract/ray.ts'
import { recipeSchema } from '../../src-main/contract/recipe.ts'
import { dashboardUrl, reportUrl } from '../../src-main/host/ray/address.ts'
import { checkCluster } from '../../src-main/host/ray/clusters.ts'
import { jobFileOf, orderOf } from '../../src-main/host/ray/job-file.ts'
import { keepLog, LOG_BOUND, PAGE, readLog, searchLog } from '../../src-main/host/ray/job-log.ts'
import { modelPlan } from '../../src-main/host/ray/model-files.ts'
import { sshArguments, sshError } from '../../src-main/host/ray/tunnel.ts'
import { zipOf } from '../../src-main/host/ray/zip.ts'
import { clusterOf, emptyForm, formOf } from '../../src-renderer/parts/ray/cluster-form.ts'
import { jobWords, plainLog } from '../../src-renderer/text/jobs.ts'

const folder = mkdtempSync(join(tmpdir(), 'grpo-ray-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const cluster = (more: object = {}): Cluster =>
  clusterSchema.parse({ name: 'lab', address: 'http://127.0.0.1:8265', ...more })

const unzip = ['unzip', 'python3'].find((command) => {
  try {
    execFileSync(command, [command === 'unzip' ? '-v' : '--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})

describe('an archive', () => {
  const read = (path: string): Record<string, string> =>
    JSON.parse(
      execFileSync('python3', [
        '-c',
        'import sys,zipfile,json; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(json.dumps({n: z.read(n).hex() for n in z.namelist()}))',
        path,
      ]).toString(),
    ) as Record<string, string>

  test.skipIf(unzip !== 'python3' && !unzip)('is read by another program, byte for byte', async () => {
    const name = fc.stringMatching(/^[a-zäß中/]{1,12}$/).filter((text) => !text.includes('//') && !/^\/|\/$/.test(text))
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.record({ name, content: fc.uint8Array({ maxLength: 3000 }) }), { selector: (e) => e.name }),
        async (entries) => {
          const path = join(folder, 'a.zip')
          writeFileSync(path, await zipOf(entries))
          const expected = entries.map((e) => [e.name, Buffer.from(e.content).toString('hex')])
          expect(read(path)).toEqual(Object.fromEntries(expected))
        },
      ),
      { numRuns: 3 },
    )
  })

  it('is the same whenever it is made of the same files', async () => {
    const entries = [{ name: 'a/b.txt', content: Buffer.from('x'.repeat(1000)) }]
    expect(await zipOf(entries)).toEqual(await zipOf(entries))
  })
})

describe('an address', () => {
  test.each([
    ['ftp://127.0.0.1:8265', /"ftp:\/\/" is not spoken/],
    ['file:///etc/passwd', /"file:\/\/" is not spoken/],
    ['127.0.0.1:8265', /is no address of a Ray dashboard/],
    ['http://me:secret@host:8265', /a name or password in it/],
    ['http://host:8265/?a=1', /a query or fragment/],
    ['', /it is no URL/],
  ])('%s is refused, naming it and the way out', (address, message) => {
    expect(() => dashboardUrl(address)).toThrow(message)
    expect(() => checkCluster({ name: 'x', address })).toThrow(message)
  })

  it('of another machine is refused unless there is a way back', () => {
    const far = { address: 'http://10.1.2.3:8265' }
    expect(() => checkCluster({ name: 'far', ...far })).toThrow(
      /would not reach this app, which listens on 127.0.0.1 alone/,
    )
    expect(reportUrl(cluster({ ...far, reach: 'http://10.0.0.9:4790' }), 1, null)).toBe('http://10.0.0.9:4790')
    expect(reportUrl(cluster({ ...far, ssh: { host: 'head' } }), 1, 2222)).toBe('http://127.0.0.1:2222')
    expect(() => reportUrl(cluster({ ...far, reach: 'javascript:alert(1)' }), 1, null)).toThrow(/could reach this app/)
  })

  test.each(['http://127.0.0.1:8265', 'http://localhost:1', 'https://[::1]:8265', 'http://127.3.2.1:8265'])(
    '%s is this machine',
    (address) => expect(reportUrl(cluster({ address }), 4790, null)).toBe('http://127.0.0.1:4790'),
  )

  test.each(['http://127.0.0.1.evil.org:8265', 'http://localhost.evil.org', 'http://0.0.0.0:8265'])(
    '%s is not',
    (address) => expect(() => reportUrl(cluster({ address }), 4790, null)).toThrow(/on another machine/),
  )
})

describe('ssh', () => {
  it('is told to ask nothing and to give up rather than be half open; a host is never taken for an option', () => {
    const given = sshArguments({ host: 'me@head', port: 2222, identity: '/k', config: '/c' }, 'A', 'B')
    expect(given.join(' ')).toBe(
      '-N -T -F /c -i /k -o IdentitiesOnly=yes -p 2222 -o BatchMode=yes -o ExitOnForwardFailure=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=3 -L A -R B -- me@head',
    )
    for (const host of ['-oProxyCommand=touch /tmp/x', 'a b', 'a;b', ''])
      expect(() => checkCluster({ name: 'x', address: 'http://127.0.0.1:1', ssh: { host } })).toThrow(/ssh.host/)
  })

  test.each([
    ['me@head: Permission denied (publickey).', /lets nobody in with the keys/, /ssh-agent/],
    ['Host key verification failed.', /its host key is not known/, /by hand/],
    ['Error: remote port forwarding failed for listen port 4', /port of the way back is taken/, /tried again/],
    ['ssh: Could not resolve hostname nope: Name or service not known', /no host of that name/, /ssh\/config/],
    ['ssh: connect to host h port 22: Connection refused', /no ssh server listens/, /port/],
    ['spawn ssh ENOENT', /no ssh on this machine/, /Install/],
    ['something of its own', /something of its own/, /by hand/],
    ['', /was not through after 30 s/, /by hand/],
  ])('says "%s" in words', (said, message, hint) => {
    const error = sshError('head', said)
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
  })
})

describe('job.json', () => {
  const recipe = recipeSchema.parse({
    name: 'x',
    title: 'X',
    task: { sum: 1 },
    settings: { temperature: 0.8 },
    stages: [
      { kind: 'grpo', name: 'a', steps: 3, settings: { beta: 0.1 }, milestones: [{ at: 2, settings: { beta: 0.2 } }] },
      {
        kind: 'grpo',
        name: 'b',
        steps: 4,
        settings: { temperature: 1 },
        milestones: [{ at: 3, settings: { beta: 0 } }],
      },
    ],
  })
  const rest = { key: 'abcdefgh', report: { url: 'http://127.0.0.1:1', token: 't' }, resume: true }

  it('has each stage whole: first step, all settings, what it names itself, and milestones by steps of the run', () => {
    const { stages, ...file } = jobFileOf(
      orderOf(recipe, cluster({ workers: { count: 2, gpus: 1 } }), rest),
      { path: 'model' },
      64,
    )
    expect(file).toMatchObject({
      version: 1,
      resume: true,
      longestLimit: 64,
      workers: { count: 2, cpus: 1, gpus: 1 },
      rewards: ['accuracy', 'format'],
    })
    expect(stages.map(({ index, firstStep, steps }) => [index, firstStep, steps])).toEqual([
      [0, 1, 3],
      [1, 4, 4],
    ])
    expect(stages[0].settings).toMatchObject({ temperature: 0.8, beta: 0.1 })
    expect(stages[1]).toMatchObject({ settings: { temperature: 1, beta: 0.1 }, changes: { temperature: 1 } })
    expect(stages[0].milestones).toEqual([{ step: 2, settings: { beta: 0.2 } }])
    expect(stages[1].milestones).toEqual([{ step: 6, settings: { beta: 0 } }])
  })

  it('ships the model that comes along, names one of the hub, and refuses what no trainer there reads', () => {
    expect(modelPlan('embedded')).toHaveProperty('ship')
    expect(modelPlan('Qwen/Qwen2.5-0.5B')).toEqual({ hub: 'Qwen/Qwen2.5-0.5B', revision: null })
    expect(() => modelPlan(folder)).toThrow(/is no Hugging Face folder/)
    expect(() => modelPlan('/nowhere/at/all')).toThrow(/There is no \/nowhere\/at\/all/)
  })
})

describe('the log of a job', () => {
  const file = join(folder, 'jobs', '1.log')

  it('is kept once, however often all of it comes, and read by pages of whole lines', async () => {
    let whole = ''
    for (let i = 0; i < 4000; i++) {
      whole += `line ${i} ünïcödé ${'x'.repeat(20)}\n`
      if (i % 900 === 0) keepLog(file, whole)
    }
    keepLog(file, whole)
    keepLog(file, whole)
    expect(readFileSync(file, 'utf8')).toBe(whole)
    const last = readLog(file)
    expect(last.text.startsWith('line ')).toBe(true)
    expect(last.to).toBe(last.size)
    expect(last.size).toBe(Buffer.byteLength(whole))
    expect(last.text.length).toBeLessThanOrEqual(PAGE)
    let read = ''
    for (let from = 0; from < last.size; ) {
      const page = readLog(file, from)
      expect(page.from).toBe(from)
      read += page.text
      from = page.to
    }
    expect(read).toBe(whole)
    const [hit, ...others] = await searchLog(file, 'LINE 3999 ')
    expect(others).toEqual([])
    expect(readLog(file, hit.at).text.startsWith('line 3999 ')).toBe(true)
    expect(await searchLog(file, 'line')).toHaveLength(500)
  })

  it('is empty where there is none', async () => {
    expect(readLog(join(folder, 'none.log'))).toEqual({ text: '', from: 0, to: 0, size: 0, cut: false })
    expect(await searchLog(join(folder, 'none.log'), 'a')).toEqual([])
  })

  it('has no colours and no lines that were written over when it is shown', () => {
    expect(plainLog('\u001b[36m(pid=1)\u001b[0m a\n10%\r50%\r100%\nb\r\n')).toBe('(pid=1) a\n100%\nb\n')
    expect(LOG_BOUND).toBeGreaterThan(PAGE)
  })

  it('of a job whose cluster does not answer is not said to run', () => {
    const job = { status: 'running', unreachable: null, stopping: false } as const
    expect(jobWords(job).tone).toBe('going')
    const error = { code: 'network', message: 'm', hint: 'h' } as const
    expect(jobWords({ ...job, unreachable: { since: '', error } }).tone).toBe('lost')
  })
})

test('a cluster comes out of the form as it went in', () => {
  const whole = cluster({
    ssh: { host: 'me@head', port: 22, identity: '/k', config: null },
    ...{ tokenFile: '/t', reach: null, trainer: 'verl', node: null, pip: ['a', 'b==1'], env: { A: 'x=y', B: '' } },
    ...{ workers: { count: 3, cpus: 2, gpus: 0.5 }, storage: '/s' },
  })
  expect(clusterSchema.parse(clusterOf(formOf(whole)))).toEqual(whole)
  expect(clusterSchema.parse({ ...clusterOf(emptyForm), name: 'x' })).toEqual(cluster({ name: 'x' }))
})
