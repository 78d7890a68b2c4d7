/** Alerts about what befell the run itself, in words; those about the course of its metrics are in watch/. */
import type { FromEngine } from '../contract/engine-messages.ts'
import { StudioError } from '../contract/errors.ts'
import type { AlertKind } from '../contract/records.ts'

export class Tells {
  private readonly send: (message: FromEngine) => void
  private readonly step: () => number

  /** @param step after which it is told */
  constructor(send: Tells['send'], step: Tells['step']) {
    this.send = send
    this.step = step
  }

  gate(stage: string, why: string): void {
    this.alert(
      'gate',
      `Stage "${stage}" may end: ${why}. The run waits.`,
      'Go to the next stage, or stay in this one; resuming stays until you say next.',
    )
  }

  doubtful(rewardModel: string, doubt: string): void {
    this.alert(
      'reward-model',
      `The reward model ${rewardModel} should not be used. ${doubt}`,
      'Stop, and train it on more or better data; or resume, and it is used all the same.',
    )
  }

  skipped(stage: string, missing: string): void {
    this.alert(
      'no-data',
      `Stage "${stage}" was skipped: ${missing} The run goes on without it.`,
      'Sample more in the stage that collects, or from a model that is right more often.',
      false,
    )
  }

  undone(step: number, why: string): void {
    this.alert(
      'non-finite',
      `${why} Step ${step} was undone and the run is paused; nothing stored is lost.`,
      'Roll back to a checkpoint from before, with a lower learning rate; or lower it, then resume.',
    )
  }

  /** The disk did not take it. @param what could not be written to the folder */
  refused(error: unknown, what: string, folder: string): void {
    const { code, message } = error as NodeJS.ErrnoException
    const full = ['ENOSPC', 'EDQUOT', 'disk-full'].includes(code ?? '')
    const reason = full ? 'the disk is full' : message.replace(/\.$/, '')
    const hint = error instanceof StudioError ? error.hint : 'Make the folder writable, then resume.'
    this.alert(
      full ? 'disk-full' : 'checkpoint',
      `${what} could not be written to ${folder}: ${reason}. The run is paused; nothing stored is lost.`,
      full ? 'Free some space, then resume.' : hint,
    )
  }

  private alert(kind: AlertKind, message: string, hint: string, pause = true): void {
    this.send({
      type: 'alert',
      alert: { step: this.step(), at: new Date().toISOString(), kind, message, hint, evidence: [] },
      pause,
    })
  }
}
