/** The two shells of the app, with one face for the tests: a host in plain Node with a tab of Chromium, or Electron. */
import type { Page } from '@playwright/test'

export type ShellName = 'browser' | 'electron'

export interface Shell {
  readonly name: ShellName
  /** Starts the app on this data folder and opens its window. */
  start(dataFolder: string, args: string[]): Promise<OpenApp>
}

/** One start of the app, from its first process to the end of it. */
export interface OpenApp {
  readonly page: Page
  /** The process that owns the data folder. */
  readonly pid: number
  /** Browser mode: what the host printed for a person to open. */
  readonly address: string | null
  /** Browser mode: the host by itself, while the tab stays open. */
  readonly host: { end(signal: 'SIGINT' | 'SIGKILL'): Promise<number | null>; startAgain(): Promise<void> } | null
  /** What the app wrote to its terminal so far. */
  output(): string
  /** Ends it the way a person does (Ctrl-C, the window's close button); resolves with its exit status. */
  quit(): Promise<number | null>
  /** kill -9 of the process that owns the data folder, and of its window; resolves when it is gone. */
  kill(): Promise<void>
}

export const projectFolder = new URL('../../..', import.meta.url).pathname
