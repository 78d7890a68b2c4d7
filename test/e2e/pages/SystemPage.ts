import type { Locator, Page } from '@playwright/test'

export class SystemPage {
  readonly page: Page
  readonly backend: Locator
  readonly backends: Locator

  constructor(page: Page) {
    this.page = page
    this.backend = page.getByRole('region', { name: 'Tensor backend' })
    this.backends = page.getByRole('list', { name: 'Backends, best first' }).getByRole('listitem')
  }

  /** A fact of a block by its name. */
  fact(name: string): Locator {
    const term = this.page.getByRole('term').filter({ hasText: new RegExp(`^${name}$`) })
    return this.page.locator('dl > div').filter({ has: term }).getByRole('definition')
  }
}
