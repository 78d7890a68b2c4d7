/** The same generated cases in every run, so that a failure is the change's and not the day's; other ones with GENERATED_CASES=<seed>. */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.GENERATED_CASES ?? 1) })
