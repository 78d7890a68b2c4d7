/** The end-to-end suite: the real window against the real host with the real engine. `npm test -- e2e` finds the Chromium for it. */
import { defineConfig } from '@playwright/test'
import { electronHere } from './test/e2e/support/electron.ts'
import type { ShellName } from './test/e2e/support/shell.ts'

// A core for each engine; what more threads compute is the engine's tests' business.
process.env.TF_NUM_INTEROP_THREADS = '1'
process.env.TF_NUM_INTRAOP_THREADS = '1'

export default defineConfig<object, { shellName: ShellName }>({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './test/e2e/support/before-all.ts',
  // Three files at a time: while some wait for their engine or their page, another computes.
  workers: 3,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // An engine gives way to all else, and two of them start slowly: what is waited for is there in the end, or never.
  timeout: 300_000,
  expect: { timeout: 60_000 },
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
    // What was done and said, and a picture of the end: a film strip and copies of the page would cost half as much as the tests.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false },
  },
  projects: [...inShell('browser'), ...('binary' in electronHere() ? inShell('electron') : [])],
})

/** All tests in one of the app's shells; what measures time runs after the others, alone. */
function inShell(shellName: ShellName) {
  const timed = '**/responsiveness.spec.ts'
  return [
    { name: shellName, use: { shellName }, testIgnore: timed },
    { name: `${shellName}, timed`, use: { shellName }, testMatch: timed, dependencies: [shellName] },
  ]
}
