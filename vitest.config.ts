/** The tests that need no browser, split by what they need to run. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: ['test/support/generated-cases.ts'],
          include: ['test/unit/**/*.test.{ts,tsx,mjs}'],
          // vitest leaves one core for itself, which on two cores would be half of them
          maxWorkers: '100%',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // One process a file, two at a time: each loads a tensor library, and waits for a core now and then.
        test: {
          name: 'engine',
          setupFiles: ['test/support/generated-cases.ts'],
          include: ['test/engine/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Whole runs that have to learn something.
        test: {
          name: 'learning',
          include: ['test/learning/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'host',
          include: ['test/host/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          // A core for each of the two engines; what more threads compute is the engine's tests' business.
          env: { TF_NUM_INTEROP_THREADS: '1', TF_NUM_INTRAOP_THREADS: '1' },
          testTimeout: 300_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 60_000 } },
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
