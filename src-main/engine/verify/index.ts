/** Every case of a folder of reference numbers, and what it says. The tests run the same. */
import { reportOf, StudioError } from '../../contract/errors.ts'
import { lossTypes } from '../../contract/settings.ts'
import { type BackendName, openBackend } from '../tensor/index.ts'
import { compareAdvantages, strangeAdvantages } from './advantage-cases.ts'
import { type Comparison, LIMIT } from './comparison.ts'
import { compareDistribution } from './distribution-cases.ts'
import { type Fixtures, type ModelCase, openFixtures } from './layout.ts'
import { compareLoss, strangePartsOfLoss } from './loss-cases.ts'
import { loadModelConfig } from './model.ts'
import { compareModel, modelChecks } from './model-cases.ts'
import { strangeLoss } from './trl-config.ts'

export interface Case {
  section: 'advantages' | 'loss' | 'logprob_entropy' | 'models'
  name: string
  compare: () => Promise<Comparison[]>
}

/** A case, or a part of one, that this program cannot compute, and why. */
export interface Unknown {
  section: string
  name: string
  reason: string
}

export function casesOf(fixtures: Fixtures): { cases: Case[]; unknown: Unknown[] } {
  const cases: Case[] = []
  const unknown: Unknown[] = fixtures.strangers.map((name) => ({ section: name, name: '', reason: 'unknown section' }))
  const take = (section: Case['section'], name: string, strange: string | null, compare: Case['compare']) => {
    if (strange === null) cases.push({ section, name, compare })
    else unknown.push({ section, name, reason: strange })
  }
  for (const c of fixtures.advantages) take('advantages', c.name, strangeAdvantages(c), () => compareAdvantages(c))
  for (const c of fixtures.loss) {
    const strange = strangeLoss(c)
    take('loss', c.name, strange, () => compareLoss(c, fixtures.loss_inputs))
    const parts = strange === null ? strangePartsOfLoss(c) : []
    for (const part of parts) unknown.push({ section: 'loss', name: c.name, reason: part })
  }
  for (const c of fixtures.logprob_entropy)
    take('logprob_entropy', `temperature ${c.temperature}`, null, () => compareDistribution(c))
  for (const [name, expected] of Object.entries(fixtures.models)) {
    const strange = strangeModel(fixtures.folder, name, expected)
    for (const check of modelChecks)
      take('models', `${name}: ${check}`, strange, () => compareModel(fixtures.folder, name, expected, check))
  }
  return { cases, unknown }
}

/** Why the model cannot be computed here; null if it can. */
function strangeModel(folder: string, name: string, { e2e }: ModelCase): string | null {
  if (!lossTypes.includes(e2e.loss_type as never)) return `loss_type "${e2e.loss_type}"`
  try {
    loadModelConfig(folder, name)
    return null
  } catch (error) {
    return reportOf(error).message
  }
}

/** As a line for a person. */
export function told({ section, name, reason }: Unknown): string {
  return `${[section, name].filter(Boolean).join(' ')}: ${reason}`
}

export interface Worst {
  kind: string
  /** The largest error of the kind, and the case that has it. */
  error: number
  where: string
  comparisons: number
}

export interface Verification {
  backend: string
  limit: number
  /** Cases that were computed. */
  cases: number
  /** By kind, in the order met. */
  worst: Worst[]
  /** Every comparison above the limit. */
  failures: Comparison[]
  unknown: Unknown[]
  passed: boolean
}

/** @throws StudioError bad-request for a case whose numbers do not fit together, naming it */
async function computed(name: string, compare: Case['compare'], folder: string): Promise<Comparison[]> {
  try {
    return await compare()
  } catch (cause) {
    throw new StudioError(
      'bad-request',
      `The case ${name} of ${folder} cannot be computed: ${reportOf(cause).message}`,
      'See whether all its lists have the same rows and lengths.',
      { cause },
    )
  }
}

/**
 * @param progress called before each case
 * @throws StudioError bad-request for a folder of another layout, or one of whose cases none can be computed; backend
 */
export async function verify(
  folder: string,
  backend: BackendName | undefined,
  progress: (done: number, of: number, name: string) => void = () => {},
): Promise<Verification> {
  const fixtures = openFixtures(folder)
  const { cases, unknown } = casesOf(fixtures)
  if (cases.length === 0)
    throw new StudioError(
      'bad-request',
      `${folder} has no case that can be computed here${unknown.length ? `: ${told(unknown[0])}, and so on` : ''}.`,
      'Name a folder with other cases; test/fixtures/reference has one of each kind.',
    )
  const { name } = await openBackend(backend)
  const worst = new Map<string, Worst>()
  const failures: Comparison[] = []
  for (const [i, { name, compare }] of cases.entries()) {
    progress(i, cases.length, name)
    for (const comparison of await computed(name, compare, folder)) {
      const { kind, where, error } = comparison
      const before = worst.get(kind)
      const comparisons = (before?.comparisons ?? 0) + 1
      // NaN is the worst of all, and nothing is above it
      const worse = !before || Number.isNaN(error) || error > before.error
      worst.set(kind, worse ? { kind, error, where, comparisons } : { ...before, comparisons })
      if (!(error <= LIMIT)) failures.push(comparison)
    }
  }
  return {
    backend: name,
    limit: LIMIT,
    cases: cases.length,
    worst: [...worst.values()],
    failures,
    unknown,
    passed: failures.length === 0,
  }
}
