/** What runs programs in a sandbox process: one at a time, each as if it were the first. */
import type { Job, Outcome } from '../program.ts'

/** `spent`: the interpreter may be damaged, and no other program may run in it. */
export type Machine = (job: Job) => { outcome: Outcome; spent: boolean } | Promise<{ outcome: Outcome; spent: boolean }>
