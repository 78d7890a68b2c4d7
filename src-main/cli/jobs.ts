import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { StudioError } from '../contract/errors.ts'
import { isOver, type RayJob } from '../contract/ray.ts'
import { logFile, readLog } from '../host/ray/job-log.ts'
import { runFolder } from '../store/folder.ts'
import { queries, requireRun } from '../store/queries.ts'
import { type KeptJob, keptJobsOf, shownJob } from '../store/ray-jobs.ts'
import { lookInto } from '../store/reader.ts'
import { ask } from './ask.ts'
import { dataFolder, dataOption, jsonOption, wholeNumber } from './options.ts'
import { print, printJson, say, table } from './output.ts'

interface JobOptions {
  data?: string
  json?: boolean
}

interface LogOptions extends JobOptions {
  submission?: number
  lines?: number
  follow?: boolean
}

export function addJobs(program: Command): void {
  const jobs = program
    .command('jobs')
    .description('jobs on Ray clusters: list them, read their logs, end one')
    .addHelpText(
      'after',
      `
"run RECIPE --on CLUSTER" submits one, and "resume RUN" another for the same run, from its last checkpoint. The app follows jobs while it is
open; a log is there as far as it came then.

Examples:
  grpo-studio jobs list
  grpo-studio jobs log last --lines 50
  grpo-studio jobs log 7 --submission 1 --json
  grpo-studio jobs stop 7`,
    )
  const verb = (usage: string, about: string) =>
    jobs.command(usage).description(about).addOption(dataOption()).addOption(jsonOption())
  verb('list', 'all that were submitted, the newest first').action(list)
  verb('log <run>', 'what the job of a run wrote')
    .option('--submission <n>', 'of a run that was resumed (default: the newest)', wholeNumber(1, 1_000_000))
    .option('--lines <n>', 'only the last ones', wholeNumber(1, 1_000_000))
    .option('--follow', 'go on with what is added, until the job has ended')
    .action(log)
  verb('stop <run>', 'end its job at once; one whose cluster does not answer is given up').action(stop)
}

function list(options: JobOptions): void {
  const folder = dataFolder(options)
  const found = lookInto(folder, (db) =>
    queries.runs(db).flatMap((run) =>
      keptJobsOf(db, run.number)
        .map((job) => ({ run, job: shownJob(job) }))
        .reverse(),
    ),
  )
  if (options.json) {
    printJson(found.map(({ run, job }) => ({ run: run.number, ...job })))
    return
  }
  if (found.length === 0) {
    print('There is none. For example: grpo-studio run r1-zero-mini --on CLUSTER')
    return
  }
  const rows = found.map(({ run, job }) => [
    `#${run.number}`,
    String(job.attempt),
    job.unreachable ? 'does not answer' : job.stopping ? 'ending' : job.status,
    job.cluster,
    job.trainer,
    job.submittedAt,
    job.id,
  ])
  print(table(['run', 'submission', 'status', 'cluster', 'trainer', 'submitted', 'id'], rows))
}

async function log(name: string, options: LogOptions): Promise<void> {
  const folder = dataFolder(options)
  const look = () =>
    lookInto(folder, (db) => jobOf(keptJobsOf(db, requireRun(db, name).number), name, options.submission))
  const id = lookInto(folder, (db) => requireRun(db, name).id)
  const file = logFile(runFolder(folder, id), look().attempt)
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
  const all = bytes.toString('utf8')
  const shown =
    options.lines === undefined
      ? all
      : all
          .split('\n')
          .slice(-options.lines - 1)
          .join('\n')
  if (options.json) {
    printJson({ submission: look().attempt, log: shown })
    return
  }
  process.stdout.write(shown)
  if (!all && isOver(look().status)) say('Nothing of it came here.')
  for (let known = bytes.length; options.follow; await sleep(1000)) {
    // looked at before it is read: what it wrote last is read too
    const over = isOver(look().status)
    for (let page = readLog(file, known); page.text; page = readLog(file, known)) {
      process.stdout.write(page.text)
      known = page.to
    }
    if (over) return
  }
}

/** @throws StudioError not-found */
function jobOf(jobs: readonly KeptJob[], name: string, attempt: number | undefined): KeptJob {
  const found = attempt === undefined ? jobs.at(-1) : jobs.find((job) => job.attempt === attempt)
  if (found) return found
  throw new StudioError(
    'not-found',
    attempt === undefined ? `Run ${name} is not trained on a cluster.` : `Run ${name} has no submission ${attempt}.`,
    'grpo-studio jobs list shows those that there are.',
  )
}

async function stop(name: string, options: JobOptions): Promise<void> {
  const job = (await ask('jobs.stop', { run: name }, options)) as RayJob
  if (options.json) printJson(job)
  else print(isOver(job.status) ? `The job ${job.id} is ${job.status}.` : `The job ${job.id} is ending.`)
}
