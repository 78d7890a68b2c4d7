import { expect, type Locator, type Page } from '@playwright/test'

type PageName =
  | 'Runs'
  | 'Live'
  | 'Groups'
  | 'Traces'
  | 'Pipeline'
  | 'Playground'
  | 'Library'
  | 'Alerts'
  | 'Rewards'
  | 'Preferences'
  | 'Reward models'
  | 'Sweeps'
  | 'Measure'
  | 'System'
  | 'Settings'
  | 'Help'

/** What is the same on every page: the rail, the palette, the shortcuts, and the messages that come and go. */
export class StudioWindow {
  readonly page: Page
  readonly rail: Locator
  readonly palette: Locator
  readonly shortcuts: Locator
  readonly messages: Locator
  /** What the element under the pointer, or the focused one, is about. */
  readonly hint: Locator

  constructor(page: Page) {
    this.page = page
    this.rail = page.getByRole('navigation', { name: 'Pages' })
    this.palette = page.getByRole('dialog').filter({ has: page.getByRole('textbox', { name: 'Command' }) })
    this.shortcuts = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    this.messages = page.getByRole('alert')
    this.hint = page.getByRole('tooltip').filter({ hasNotText: /[◆│▲]/ })
  }

  link(name: PageName): Locator {
    const short: Partial<Record<PageName, string>> = { Playground: 'Play', Preferences: 'Prefer' }
    const shown = short[name] ?? name
    // a badge may follow
    return this.rail.getByRole('link', { name: new RegExp(`^${shown}( ?\\d.*)?$`) })
  }

  async goTo(name: PageName): Promise<void> {
    await this.link(name).click()
    await expect(this.link(name)).toHaveAttribute('aria-current', 'page')
  }

  async openLaunchDialog(): Promise<void> {
    await this.rail.getByRole('button', { name: 'New run…' }).click()
  }

  /** A message that holds all these texts. */
  message(...texts: (string | RegExp)[]): Locator {
    return texts.reduce((found: Locator, text) => found.filter({ hasText: text }), this.messages)
  }

  /** Types into the palette and takes what it offers first. */
  async command(words: string, offered: string | RegExp): Promise<void> {
    await this.page.keyboard.press('ControlOrMeta+k')
    const input = this.palette.getByRole('textbox', { name: 'Command' })
    await expect(input).toBeFocused()
    await input.fill(words)
    await expect(this.palette.getByRole('button').first()).toContainText(offered)
    await this.page.keyboard.press('Enter')
    await expect(this.palette).toBeHidden()
  }

  async scheme(): Promise<'dark' | 'light'> {
    return (await this.page.locator('html').getAttribute('data-mantine-color-scheme')) as 'dark' | 'light'
  }

  /** Presses the button of the rail until the window is dark or light. */
  async setScheme(wanted: 'dark' | 'light'): Promise<void> {
    const button = this.rail.getByRole('button', { name: /Colours:/ })
    const label = wanted === 'dark' ? /^Dark/ : /^Light/
    await expect(async () => {
      if (!label.test((await button.getAttribute('aria-label')) ?? '')) await button.click()
      await expect(button).toHaveAccessibleName(label, { timeout: 500 })
    }).toPass()
    await expect(this.page.locator('html')).toHaveAttribute('data-mantine-color-scheme', wanted)
  }
}
