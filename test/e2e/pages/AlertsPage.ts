import type { Locator, Page } from '@playwright/test'

export class AlertsPage {
  readonly all: Locator
  readonly counts: Locator
  readonly badge: Locator
  readonly seeAll: Locator
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
    this.all = page.getByRole('region', { name: 'Alerts of all runs' }).getByRole('article')
    this.counts = page.getByRole('heading', { name: 'Alerts', level: 1 }).locator('xpath=..')
    this.badge = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /^Alerts/ })
    this.seeAll = page.getByRole('button', { name: 'Mark all alerts as seen' })
  }

  one(text: string | RegExp): Locator {
    return this.all.filter({ hasText: text })
  }

  async choose(filter: 'Kind' | 'Run', option: RegExp): Promise<void> {
    await this.#page.getByRole('combobox', { name: filter }).click()
    await this.#page.getByRole('option', { name: option }).click()
  }
}
