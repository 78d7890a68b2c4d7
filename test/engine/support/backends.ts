/** The same tests on each tensor backend that is here. */
import { beforeAll, describe } from 'vitest'
import { reportOf } from '../../../src-main/contract/errors.ts'
import type { BackendName } from '../../../src-main/engine/tensor/backend.ts'
import { openBackend } from '../../../src-main/engine/tensor/index.ts'

/** A process can load TensorFlow for the CPU or for the GPU, not both: GRPO_STUDIO_BACKEND=tensorflow-gpu tests that one alone. */
const wanted: BackendName[] = process.env.GRPO_STUDIO_BACKEND
  ? [process.env.GRPO_STUDIO_BACKEND as BackendName]
  : ['tensorflow', 'wasm']

const probes: { name: BackendName; reason: string | null }[] = []
for (const name of wanted) probes.push({ name, reason: await reasonAgainst(name) })

/** The best backend here: for tests of what is the same on each. */
export const bestBackend: BackendName = probes.find((probe) => probe.reason === null)?.name ?? 'wasm'

/** Runs the tests once a backend; where one cannot be opened they are skipped, with its reason in the title. */
export function onEachBackend(title: string, tests: (backend: BackendName) => void): void {
  for (const { name, reason } of probes) {
    if (reason === null) {
      describe(`${title} on ${name}`, () => {
        beforeAll(async () => {
          await openBackend(name)
        })
        tests(name)
      })
    } else describe.skip(`${title} on ${name} (skipped: ${reason})`, () => tests(name))
  }
}

async function reasonAgainst(name: BackendName): Promise<string | null> {
  try {
    await openBackend(name)
    return null
  } catch (error) {
    return reportOf(error).message
  }
}
