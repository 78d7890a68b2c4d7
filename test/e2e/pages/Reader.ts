import type { Locator, Page } from '@playwright/test'

/** One prompt, read closely. */
export class Reader {
  readonly page: Page
  readonly root: Locator
  readonly prompt: Locator
  /** Picks the moment that is read, from the first meeting of the prompt to now. */
  readonly moment: Locator
  readonly samples: Locator

  constructor(page: Page) {
    this.page = page
    this.root = page.getByRole('region', { name: 'Reader' })
    this.prompt = this.root.getByRole('heading', { name: /^Prompt / })
    this.moment = this.root.getByRole('slider', { name: 'Moment' })
    this.samples = this.root.getByRole('list', { name: /^Samples of/ }).getByRole('listitem')
  }

  samplesOf(step: number): Locator {
    return this.root.getByRole('list', { name: `Samples of step ${step}, best first` }).getByRole('listitem')
  }

  /** A sample by its place in the group (from 0). */
  sample(index: number): Locator {
    return this.samples.filter({ has: this.page.getByText(`sample ${index + 1}`, { exact: true }) })
  }

  /** The texts of a sample as they are written, without what only a screen reader is told. */
  async textOf(card: Locator): Promise<string> {
    return card.evaluate((element) => {
      const copy = element.cloneNode(true) as Element
      for (const hidden of copy.querySelectorAll('.hidden-text')) hidden.remove()
      return copy.textContent ?? ''
    })
  }

  async close(): Promise<void> {
    await this.root.getByRole('button', { name: 'Back' }).click()
  }
}
