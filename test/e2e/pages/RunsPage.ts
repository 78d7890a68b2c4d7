import type { Locator, Page } from '@playwright/test'

export class RunsPage {
  readonly heading: Locator
  readonly table: Locator

  constructor(page: Page) {
    this.heading = page.getByRole('heading', { name: 'Runs', level: 1 })
    this.table = page.getByRole('table', { name: 'Runs' })
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
}
