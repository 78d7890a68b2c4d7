import type { Locator, Page } from '@playwright/test'

/** All prompts of a run through its steps, and the groups of one step. */
export class GroupsPage {
  readonly page: Page
  readonly grid: Locator
  readonly rows: Locator
  readonly status: Locator
  readonly looked: Locator

  constructor(page: Page) {
    this.page = page
    this.grid = page.getByRole('grid', { name: 'Prompts through the steps' })
    this.rows = this.grid.getByRole('row')
    this.status = page.getByRole('status').filter({ hasText: 'prompts' })
    this.looked = page.getByRole('region', { name: 'Group looked at' })
  }

  sort(column: string): Locator {
    return this.page.getByRole('toolbar', { name: 'Sort by' }).getByRole('button', { name: new RegExp(`^${column}`) })
  }

  /** What the rows say in one of their columns, 0 the prompt. */
  async column(place: number): Promise<string[]> {
    return this.rows.evaluateAll(
      (rows, at) =>
        rows
          .map((row) => ({ row, top: row.getBoundingClientRect().top }))
          .sort((a, b) => a.top - b.top)
          .map(({ row }) => row.children[at].textContent ?? ''),
      place,
    )
  }

  /** The steps' cells of a row. */
  cells(row: Locator): Locator {
    return row.getByRole('gridcell', { name: /groups? from step/ })
  }

  oneStep(step: number): Locator {
    return this.page.getByRole('region', { name: `Groups of step ${step}`, exact: true })
  }
}
