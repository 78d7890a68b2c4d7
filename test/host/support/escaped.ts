/** What a program could do that got out of its interpreter: tried in a process that is confined and locked as the sandbox's are. */
import { lockDown } from '../../../src-main/sandbox/child/lockdown.ts'

const say = process.send!.bind(process)
// held from before the lock, as code inside an interpreter's glue might hold them
const net = await import('node:net')
const dns = await import('node:dns')
const fs = await import('node:fs')
const children = await import('node:child_process')
const threads = await import('node:worker_threads')
lockDown()

const outside = globalThis as unknown as Record<string, unknown>
const attempts: Record<string, () => unknown> = {
  process: () => (outside.process as NodeJS.Process).env,
  require: () => (outside.require as NodeJS.Require)('node:fs'),
  fetch: () => fetch('http://127.0.0.1:9'),
  WebSocket: () => new WebSocket('ws://127.0.0.1:9'),
  setTimeout: () => setTimeout(() => {}, 1),
  'text as code': () => (() => {}).constructor('return 1')(),
  eval: () => [0].map(outside.eval as () => unknown),
  'import of a module': () => import('node:os'),
  'import of a package': () => import('zod'),
  'a file outside': () => fs.readFileSync('/etc/passwd'),
  'the project’s files': () => fs.readFileSync(new URL('../../../README.md', import.meta.url)),
  writing: () => fs.writeFileSync('/tmp/escaped', ''),
  'a process': () => children.spawnSync('true').error ?? 'it ran',
  'a thread': () => new threads.Worker('', { eval: true }),
  connecting: () => net.connect(9, '127.0.0.1'),
  'connecting a socket': () => new net.Socket().connect(9, '127.0.0.1'),
  listening: () => net.createServer().listen(0),
  'a name': () => dns.lookup('localhost', () => {}),
}

const outcomes: Record<string, string> = {}
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    const got = await attempt()
    outcomes[name] = got instanceof Error ? 'refused' : `reached: ${typeof got}`
  } catch {
    outcomes[name] = 'refused'
  }
}
say(outcomes)
