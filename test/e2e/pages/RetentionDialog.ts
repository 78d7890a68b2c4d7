import type { Locator, Page } from '@playwright/test'

/** How much of the texts of a run is kept. */
export class RetentionDialog {
  readonly dialog: Locator
  readonly share: Locator
  readonly newest: Locator
  readonly budget: Locator
  /** What would go. */
  readonly warning: Locator
  readonly save: Locator

  constructor(page: Page) {
    this.dialog = page.getByRole('dialog', { name: /^Texts of/ })
    this.share = this.dialog.getByRole('textbox', { name: 'share of each step' })
    this.newest = this.dialog.getByRole('textbox', { name: 'newest steps, whole' })
    this.budget = this.dialog.getByRole('textbox', { name: 'at most on the disk' })
    this.warning = this.dialog.getByRole('alert')
    this.save = this.dialog.getByRole('button', { name: /^(Save|Let .* texts go)$/ })
  }

  async keep(what: 'All texts' | 'A share of each step, and the newest steps whole'): Promise<void> {
    await this.dialog.getByRole('radio', { name: what }).check()
  }
}
