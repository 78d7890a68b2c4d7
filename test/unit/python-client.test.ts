/** What the Python client has of the contract is what the contract has: limits, names of metrics and of knobs. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ingestLimits, ingestVersion } from '../../src-main/contract/ingest.ts'
import { knobs } from '../../src-main/contract/knobs.ts'
import { metricInfo } from '../../src-main/contract/metrics.ts'
import { numberSettings } from '../../src-main/contract/number-settings.ts'

const source = (file: string) => readFileSync(join(import.meta.dirname, '../../python/grpo_studio', file), 'utf8')

/** The keys or values of a dictionary that is written out in a file. */
function entries(file: string, name: string): [string, string][] {
  const body = new RegExp(`^${name}[^=\\n]*= \\{\\n(.*?)^\\}`, 'ms').exec(source(file))?.[1]
  return [...(body ?? '').matchAll(/^ {4}"([^"]+)": (?:"([^"]*)")?/gm)].map(([, key, value]) => [key!, value ?? ''])
}

test('limits', () => {
  const number = (name: string) => {
    const [, value, shift] = new RegExp(`^${name} = ([\\d_]+)(?: << (\\d+))?$`, 'm').exec(source('limits.py'))!
    return Number(value!.replaceAll('_', '')) * 2 ** Number(shift ?? 0)
  }
  const { body, text, reports, completions, metrics, rewards } = ingestLimits
  expect(['BODY', 'TEXT', 'REPORTS', 'COMPLETIONS', 'METRICS', 'REWARDS'].map(number)).toEqual([
    body,
    text,
    reports,
    completions,
    metrics,
    rewards,
  ])
  expect(source('version.py')).toContain(`INGEST_VERSION = ${ingestVersion}\n`)
})

test.each(['TRL', 'VERL', 'OPENRLHF'])('metrics of %s come under names that there are', (name) => {
  const names = entries('names.py', name)
  expect(names.length).toBeGreaterThan(1)
  expect(names.filter(([, ours]) => !metricInfo(ours))).toEqual([])
})

describe('knobs and settings', () => {
  const known = new Set<string>([...knobs.map(({ name }) => name), ...Object.keys(numberSettings)])

  test.each([
    ['trl/knobs.py', 'KNOBS'],
    ['trl/knobs.py', 'FIXED'],
    ['verl.py', 'SETTINGS'],
    ['openrlhf.py', 'SETTINGS'],
  ])('of %s, %s', (file, name) => {
    const names = entries(file, name).map(([key]) => key)
    expect(names.length).toBeGreaterThan(5)
    expect(names.filter((one) => !known.has(one))).toEqual([])
  })

  test('a GRPOTrainer turns each knob or says why not', () => {
    const told = new Set([...entries('trl/knobs.py', 'KNOBS'), ...entries('trl/knobs.py', 'FIXED')].map(([key]) => key))
    const asked = Object.entries(numberSettings).filter(([, setting]) => setting.steerable)
    expect(asked.map(([name]) => name).filter((name) => !told.has(name))).toEqual([])
  })
})
