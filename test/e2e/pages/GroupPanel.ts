import type { Locator, Page } from '@playwright/test'

/** The heatmap: a row a prompt, a cell a sample. */
export class GroupPanel {
  readonly page: Page
  readonly root: Locator
  readonly grid: Locator
  readonly rows: Locator

  constructor(page: Page) {
    this.page = page
    this.root = page.getByRole('region', { name: 'Groups' })
    this.grid = this.root.getByRole('grid', { name: /^Advantages of step/ })
    this.rows = this.grid.getByRole('row')
  }

  /** The step whose groups are shown. */
  async step(): Promise<number> {
    return Number(/step (\d+)/.exec((await this.grid.getAttribute('aria-label')) ?? '')?.[1])
  }

  /** The row of a group, by its place in the step (from 0). */
  row(group: number): Locator {
    return this.rows.filter({ has: this.page.getByRole('rowheader', { name: `Group ${group + 1}:` }) })
  }

  /** The samples of a row, without the figures at its end. */
  cells(row: Locator): Locator {
    return row.getByRole('gridcell', { name: /^Sample/ })
  }
}
