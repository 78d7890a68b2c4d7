import type { Locator, Page } from '@playwright/test'

export class RunsPage {
  readonly heading: Locator
  readonly table: Locator
  readonly find: Locator
  readonly #page: Page

  constructor(page: Page) {
    this.heading = page.getByRole('heading', { name: 'Runs', level: 1 })
    this.table = page.getByRole('table', { name: 'Runs' })
    this.find = page.getByRole('textbox', { name: 'Find runs' })
    this.#page = page
  }

  row(number: number): Locator {
    return this.table.getByRole('row').filter({ hasText: new RegExp(`^#${number} `) })
  }

  cell(number: number, column: number): Locator {
    return this.row(number).getByRole('cell').nth(column)
  }

  link(number: number): Locator {
    return this.row(number).getByRole('link')
  }

  resume(number: number): Locator {
    return this.row(number).getByRole('button', { name: `Resume run ${number}` })
  }

  tick(number: number): Locator {
    return this.row(number).getByRole('checkbox')
  }

  async sortBy(column: string): Promise<void> {
    await this.table.getByRole('columnheader', { name: column }).getByRole('button').click()
  }

  /** Takes one of the things that can be done with a run. */
  async menu(number: number, item: string): Promise<void> {
    await this.row(number)
      .getByRole('button', { name: `More about run ${number}` })
      .click()
    await this.#page.getByRole('menuitem', { name: item }).click()
  }
}
