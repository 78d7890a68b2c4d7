/** The end-to-end suite: the real window against the real host with the real engine. `npm test -- e2e` finds the Chromium for it. */
import { defineConfig } from '@playwright/test'
import { electronHere } from './test/e2e/support/electron.ts'
import type { ShellName } from './test/e2e/support/shell.ts'

export default defineConfig<object, { shellName: ShellName }>({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './test/e2e/support/announce.ts',
  // Every test trains on all cores.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    launchOptions: {
      executablePath: process.env.GRPO_STUDIO_CHROMIUM || undefined,
      // Chromium's sandbox does not work as root. In tests only, whose pages are all our own.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
    viewport: { width: 1440, height: 900 },
    // Nothing moves then, so that nothing is looked at half way.
    contextOptions: { reducedMotion: 'reduce' },
    screenshot: 'only-on-failure',
    // Without its film strip, which would cost the tests as much as they cost themselves.
    trace: { mode: 'retain-on-failure', screenshots: false },
  },
  projects: [
    { name: 'browser', use: { shellName: 'browser' } },
    ...('binary' in electronHere() ? [{ name: 'electron', use: { shellName: 'electron' as const } }] : []),
  ],
})
