import type { Locator, Page } from '@playwright/test'

export class ImportDialog {
  readonly root: Locator
  readonly path: Locator
  readonly title: Locator
  readonly format: Locator
  readonly submit: Locator
  readonly columns: Locator
  readonly problem: Locator
  readonly progress: Locator
  readonly cancel: Locator
  readonly #page: Page

  constructor(page: Page) {
    this.root = page.getByRole('dialog', { name: 'Import a run' })
    this.path = this.root.getByRole('textbox', { name: 'Folder or file' })
    this.title = this.root.getByRole('textbox', { name: 'Title' })
    this.format = this.root.getByRole('combobox', { name: 'What it is' })
    this.submit = this.root.getByRole('button', { name: 'Import', exact: true })
    this.columns = this.root.getByRole('region', { name: 'Columns' })
    this.problem = this.root.getByRole('alert')
    this.progress = this.root.getByRole('progressbar')
    this.cancel = this.root.getByRole('button', { name: 'Cancel the import' })
    this.#page = page
  }

  role(column: string): Locator {
    return this.columns.getByRole('combobox', { name: `What ${column} is` })
  }

  name(column: string): Locator {
    return this.columns.getByRole('textbox', { name: `Name of ${column}` })
  }

  async take(column: string, as: string): Promise<void> {
    await this.role(column).click()
    await this.#page.getByRole('option', { name: as, exact: true }).click()
  }
}
