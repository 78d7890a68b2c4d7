import { expect, type Locator, type Page } from '@playwright/test'

/** Distances of the plot from the edges of its chart, px at 16 px a rem; charts/frame.ts has the same. */
const plot = { left: 40, right: 10, top: 9, bottom: 19 }

/** One chart of the live page. It is drawn on a canvas, so its pixels are what there is to look at. */
export class MetricChart {
  readonly page: Page
  readonly image: Locator
  readonly value: Locator

  constructor(page: Page, title: string) {
    this.page = page
    this.image = page.getByRole('img', { name: `${title} over steps`, exact: true })
    this.value = page.getByRole('figure').filter({ has: this.image }).getByRole('paragraph')
  }

  /** Pixels of the plot that a curve has covered: those of the colour of ink, or nearly. */
  async ink(): Promise<number> {
    return this.#count('--ink', null)
  }

  /** Whether ◆ stands at this step: pixels of the steering colour at the top of the plot, within its half width. */
  async hasSteeringMark(step: number): Promise<boolean> {
    return (await this.#count('--steer', await this.#x(step))) > 0
  }

  /** Points at a step; what stands at it is told beside the pointer. */
  async pointAt(step: number): Promise<Locator> {
    const box = (await this.image.boundingBox())!
    const x = await this.#x(step)
    await this.page.mouse.move(box.x + x - 3, box.y + box.height / 2)
    await this.page.mouse.move(box.x + x, box.y + box.height / 2)
    return this.page.getByRole('tooltip').filter({ hasText: /[◆│▲]/ })
  }

  /** Clicks at a step: its groups are shown. */
  async clickAt(step: number): Promise<void> {
    const x = await this.#x(step)
    await this.image.click({ position: { x, y: plot.top + 10 } })
  }

  /** Turns the wheel over the middle of the chart: towards, all charts show fewer steps. */
  async zoom(clicks: number): Promise<void> {
    await this.image.hover()
    for (let i = 0; i < Math.abs(clicks); i++) await this.page.mouse.wheel(0, clicks > 0 ? -120 : 120)
  }

  /** Steps that the charts span, as the bar above them says. */
  async range(): Promise<[number, number]> {
    await this.page.mouse.move(0, 0)
    const bar = this.page.getByRole('region', { name: 'Metrics' }).getByText(/^steps \d+ to \d+$/)
    await expect(bar).toBeVisible()
    const [, from, to] = /steps (\d+) to (\d+)/.exec((await bar.textContent()) ?? '')!
    return [Number(from), Number(to)]
  }

  async #x(step: number): Promise<number> {
    const [from, to] = await this.range()
    const { width } = (await this.image.boundingBox())!
    return plot.left + ((step - from) / (to - from)) * (width - plot.left - plot.right)
  }

  /** @param x only pixels within a mark's half width of it and above the plot; null: the plot's inside */
  async #count(variable: string, x: number | null): Promise<number> {
    return this.image.locator('canvas').evaluate(
      (canvas: HTMLCanvasElement, { variable, x, plot }) => {
        const hex = getComputedStyle(document.documentElement).getPropertyValue(variable).trim()
        const wanted = [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16))
        const scale = canvas.width / canvas.clientWidth
        const area =
          x === null
            ? [
                plot.left,
                plot.top,
                canvas.clientWidth - plot.left - plot.right,
                canvas.clientHeight - plot.top - plot.bottom,
              ]
            : [x - 4, 0, 8, plot.top + 1]
        const [left, top, width, height] = area.map((px) => Math.round(px * scale))
        const { data } = canvas.getContext('2d')!.getImageData(left, top, width, height)
        let found = 0
        for (let i = 0; i < data.length; i += 4) {
          const near = wanted.every((channel, c) => Math.abs(data[i + c] - channel) < 48)
          if (near && data[i + 3] > 60) found++
        }
        return found
      },
      { variable, x, plot },
    )
  }
}
