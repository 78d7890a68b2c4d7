/** The browser that benches measure in: GRPO_STUDIO_CHROMIUM, else the system's, else Playwright's own. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from '@playwright/test'

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Chromium's sandbox does not work as root; the pages are all our own. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.GRPO_STUDIO_CHROMIUM ?? usual.find((path) => existsSync(path)),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
