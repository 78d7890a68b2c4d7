/** The end-to-end suite: the real window against the real host with the real engine. `npm run test:e2e` finds the Chromium for it. */
import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  // Every test trains on all cores.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  timeout: 180_000,
  expect: { timeout: 15_000 },
  use: {
    launchOptions: {
      executablePath: process.env.GRPO_STUDIO_CHROMIUM || undefined,
      // Chromium's sandbox does not work as root. In tests only, whose pages are all our own.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
})
