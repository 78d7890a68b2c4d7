import { expect, type Locator, type Page } from '@playwright/test'

export class LaunchDialog {
  readonly root: Locator
  readonly launchButton: Locator
  readonly estimate: Locator

  constructor(page: Page) {
    this.root = page.getByRole('dialog', { name: 'New run' })
    this.launchButton = this.root.getByRole('button', { name: 'Launch' })
    this.estimate = this.root.getByRole('region', { name: 'Estimate' })
  }

  field(label: string): Locator {
    return this.root.getByRole('textbox', { name: label, exact: true })
  }

  /** Chooses "A recipe file…" and names the file. */
  async chooseFile(path: string): Promise<void> {
    const recipe = this.root.getByRole('combobox', { name: 'Recipe' })
    await recipe.click()
    await this.root.page().getByRole('option', { name: 'A recipe file…' }).click()
    await this.field('Recipe file').fill(path)
  }

  async launchFile(path: string): Promise<void> {
    await this.chooseFile(path)
    await this.launchButton.click()
    // an engine looks at the memory first
    await expect(this.root).toBeHidden({ timeout: 60_000 })
  }
}
