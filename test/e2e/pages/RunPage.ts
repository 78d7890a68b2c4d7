import { expect, type Locator, type Page } from '@playwright/test'
import { GroupPanel } from './GroupPanel.ts'
import { MetricChart } from './MetricChart.ts'
import { Reader } from './Reader.ts'
import { SteerPanel } from './SteerPanel.ts'

/** The live page: one run, its charts, its groups and its controls. */
export class RunPage {
  readonly page: Page
  readonly header: Locator
  readonly status: Locator
  readonly steer: SteerPanel
  readonly groups: GroupPanel
  readonly reader: Reader

  constructor(page: Page) {
    this.page = page
    this.header = page.locator('main header').first()
    this.status = this.header.getByText(/^(starting|running|paused|finished|stopped|failed|interrupted)$/)
    this.steer = new SteerPanel(page)
    this.groups = new GroupPanel(page)
    this.reader = new Reader(page)
  }

  get title(): Locator {
    return this.header.getByRole('heading', { level: 1 })
  }

  get connection(): Locator {
    return this.header.getByRole('status', { name: /^Connection/ })
  }

  get resumeButton(): Locator {
    return this.header.getByRole('button', { name: 'Resume from the last checkpoint' })
  }

  /** The alert of the header: why the run does not go on. */
  get error(): Locator {
    return this.header.getByRole('alert')
  }

  /** A figure of the header by its name. */
  figure(name: string): Locator {
    const term = this.page.getByRole('term').filter({ hasText: new RegExp(`^${name}$`) })
    return this.header.locator('dl > div').filter({ has: term }).getByRole('definition')
  }

  /** The last finished step, as the header tells it. */
  async step(): Promise<number> {
    return Number(/^\d+/.exec((await this.figure('step').textContent()) ?? '')?.[0] ?? Number.NaN)
  }

  async waitForStep(step: number): Promise<void> {
    await expect.poll(() => this.step(), { timeout: 120_000, intervals: [100] }).toBeGreaterThanOrEqual(step)
  }

  stage(name: string): Locator {
    return this.header.getByRole('list', { name: 'Stages' }).getByRole('listitem').filter({ hasText: name })
  }

  chart(title: string): MetricChart {
    return new MetricChart(this.page, title)
  }

  /** Asks for a pause and waits until the run is paused. Returns the step after which it is. */
  async pause(): Promise<number> {
    await this.steer.button('Pause').click()
    await expect(this.status).toHaveText('paused')
    return this.step()
  }

  async goOn(): Promise<void> {
    await this.steer.button('Go on').click()
    await expect(this.status).toHaveText('running')
  }
}
