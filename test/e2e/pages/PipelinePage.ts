import type { Locator, Page } from '@playwright/test'

/** The stages of a run, one under the other. */
export class PipelinePage {
  readonly page: Page
  readonly stages: Locator

  constructor(page: Page) {
    this.page = page
    this.stages = page.getByRole('list', { name: 'Stages' }).getByRole('listitem')
  }

  stage(name: string): Locator {
    return this.stages.filter({ has: this.page.getByRole('heading', { name, exact: true }) })
  }

  button(name: string): Locator {
    return this.page.getByRole('group', { name: 'Stages' }).getByRole('button', { name })
  }
}
