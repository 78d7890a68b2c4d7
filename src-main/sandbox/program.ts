/** What the sandbox is asked to run, and what it says of it. Only plain data passes, in both directions. */

export const programLanguages = ['python', 'javascript', 'typescript'] as const
export type ProgramLanguage = (typeof programLanguages)[number]

export interface Limits {
  /** Processor time of the program, in seconds. */
  seconds: number
  /** Memory of its interpreter with the program in it, in 2²⁰ bytes. */
  megabytes: number
  /** What it may write or return, in bytes. */
  outputBytes: number
}

export interface Job {
  language: ProgramLanguage
  code: string
  task: Task
  limits: Limits
}

export type Task =
  /** Runs the program from its first line to its last. */
  | { kind: 'program'; stdin: string }
  /** Runs it, then calls the function of this name (or that method of its class `Solution`). */
  | { kind: 'call'; name: string; arguments: readonly unknown[] }
  /** JavaScript only: a module, whose default export is called. */
  | { kind: 'export'; arguments: readonly unknown[] }

/**
 * How a program ended: `done`; `syntax`: it is none; `error`: it threw, or ended itself with a status other than 0; `time`, `memory`,
 * `output`: the limit that it met; `crash`: it took its interpreter down with it.
 */
export const ends = ['done', 'syntax', 'error', 'time', 'memory', 'output', 'crash'] as const
export type End = (typeof ends)[number]

export interface Outcome {
  end: End
  /** What it wrote to its standard output before its end, up to the limit. */
  stdout: string
  /** Why it did not end well, in one line; empty if it did, or met a limit. */
  message: string
  /** Line of the program that the message is about, from 1. */
  line?: number
  /** What the call gave, as JSON. */
  returned?: string
}

export const failed = (end: End, message: string, line?: number): Outcome => ({ end, stdout: '', message, line })

/** A message from the process that runs programs. */
export type FromChild =
  | { type: 'ready' }
  | { type: 'failed'; reason: string }
  /** @param spent no other program may run in this process */
  | { type: 'outcome'; outcome: Outcome; spent: boolean }
