/** A sandbox process: it loads one interpreter, locks itself in, and from then on runs the programs that it is sent. */
import { type FromChild, failed, type Job } from '../program.ts'
import { installClock } from './clock.ts'
import { lockDown } from './lockdown.ts'

const [language, megabytes] = process.argv.slice(2)
// the first word of what Python says of itself
process.argv[1] = 'python'
const send = process.send!.bind(process)
const say = (message: FromChild) => void send(message)
process.on('disconnect', process.exit.bind(process, 0))
const hear = process.on.bind(process, 'message')

async function start(): Promise<void> {
  const machine =
    language === 'python'
      ? await (await import('./python.ts')).startPython(Number(megabytes))
      : await (await import('./javascript.ts')).startJavaScript()
  installClock()
  lockDown()
  const run = async (job: Job) => machine(job)
  hear(async (job: Job) => {
    const ran = await run(job).catch((error: unknown) => ({ outcome: failed('crash', String(error)), spent: true }))
    say({ type: 'outcome', ...ran })
  })
  say({ type: 'ready' })
}

start().catch((error: unknown) => say({ type: 'failed', reason: String(error) }))
