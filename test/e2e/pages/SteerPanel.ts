import type { Locator, Page } from '@playwright/test'

type Control =
  | 'Pause'
  | 'Go on'
  | 'One step'
  | 'Stop'
  | 'Next stage now'
  | 'Stay in this stage'
  | 'Refresh the reference'

/** The right side of the live page: controls, knobs, and what was asked so far. */
export class SteerPanel {
  readonly page: Page
  readonly root: Locator
  readonly history: Locator
  readonly reason: Locator

  constructor(page: Page) {
    this.page = page
    this.root = page.getByRole('complementary', { name: 'Steering' })
    this.history = this.root.getByRole('list', { name: 'Steering history' }).getByRole('listitem')
    this.reason = this.root.getByRole('textbox', { name: /^Why/ })
  }

  button(name: Control): Locator {
    return this.root.getByRole('group', { name: 'Run' }).getByRole('button', { name, exact: true })
  }

  /** The number of a knob, by its label. */
  knob(label: string): Locator {
    return this.root.getByRole('textbox', { name: label, exact: true })
  }

  /** All that the panel says about a knob: what is in force, what is asked, what is wrong. */
  row(label: string): Locator {
    return this.root
      .locator('[data-knob]')
      .filter({ has: this.page.getByRole('textbox', { name: label, exact: true }) })
  }

  /** Types a value into a knob and applies it with Enter. */
  async set(label: string, value: string): Promise<void> {
    await this.knob(label).fill(value)
    await this.knob(label).press('Enter')
  }
}
