import type { Locator, Page } from '@playwright/test'

export class LibraryPage {
  readonly disk: Locator
  readonly checkpoints: Locator
  readonly dialog: Locator
  readonly deleteButton: Locator
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
    this.disk = page.getByRole('region', { name: 'Disk use' })
    this.checkpoints = page.getByRole('table', { name: 'Checkpoints' })
    this.dialog = page.getByRole('dialog', { name: /^Delete / })
    this.deleteButton = this.dialog.getByRole('button', { name: /^Delete for good/ })
  }

  async open(tab: 'Models' | 'Data sets' | 'Reward models' | 'Checkpoints'): Promise<void> {
    await this.#page.getByRole('tab', { name: tab }).click()
  }

  /** How much a part takes, as the list of parts says it. */
  part(name: string): Locator {
    return this.disk.getByRole('listitem').filter({ hasText: name }).locator('b')
  }

  row(run: number): Locator {
    return this.checkpoints.getByRole('row').filter({ hasText: new RegExp(`^#${run} `) })
  }
}
