/**
 * All sentences that the window may say, and those that its catalogue lacks:  node scripts/messages.ts
 * They are the literal first arguments of `t(…)` in src-renderer and src-main/electron, and the tables of the contract that are shown as they are. test/unit/messages.test.ts
 * fails when a sentence has no Chinese.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { alertKinds } from '../src-main/contract/alert-kinds.ts'
import { domains } from '../src-main/contract/domains.ts'
import { gateMeasures } from '../src-main/contract/gates.ts'
import { knobs } from '../src-main/contract/knobs.ts'
import {
  criticMetrics,
  metrics,
  processMetrics,
  rewardMetrics,
  sideMetrics,
  stageMetrics,
} from '../src-main/contract/metrics.ts'
import { numberSettings } from '../src-main/contract/number-settings.ts'
import { taskKinds } from '../src-main/contract/recipe.ts'
import { rewardModelKinds } from '../src-main/contract/reward-models.ts'
import { rewardSides, rewardTable } from '../src-main/contract/rewards.ts'
import { stageKinds } from '../src-main/contract/stages.ts'

/** Headings of the palette and of the list of shortcuts; the window's own file needs a browser. */
const actionGroups = [
  'Go to',
  'Run',
  'Steer',
  'Charts',
  'Groups',
  'Playground',
  'Traces',
  'Measure',
  'Preferences',
  'Window',
]

/** Values that are shown as they are called, where a person chooses among them. */
const choices = ['all', 'wrong', 'right', 'steps', 'time', 'tokens']

const root = fileURLToPath(new URL('..', import.meta.url))
export const catalogue = (language: 'en' | 'zh'): Record<string, string> =>
  JSON.parse(readFileSync(join(root, 'resources', 'messages', `${language}.json`), 'utf8'))

/** Of what the contract's tables say, what a person reads. */
const shown = ['label', 'about', 'effect', 'unit', 'when', 'run']

function tableSentences(): string[] {
  const tables = [metrics, stageMetrics, processMetrics, criticMetrics, rewardMetrics, sideMetrics]
  const entries: object[] = [
    ...tables.flatMap((table) => Object.values(table)),
    ...Object.values(numberSettings),
    ...knobs,
    ...Object.values(rewardTable),
    ...Object.values(rewardTable).flatMap(({ parameters }) => Object.values(parameters)),
    ...Object.values(alertKinds),
    ...Object.values(stageKinds),
  ]
  const texts = entries.flatMap((entry) =>
    Object.entries(entry).flatMap(([key, value]) => (shown.includes(key) && typeof value === 'string' ? [value] : [])),
  )
  return [
    ...texts,
    ...Object.values(gateMeasures),
    ...rewardModelKinds,
    ...rewardSides,
    ...domains,
    ...taskKinds,
    ...actionGroups,
    ...choices,
  ].filter((text) => text !== '')
}

/** A sentence that is not written in the call is one of a table. */
function sentencesOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 't') {
      const [sentence] = node.arguments
      if (ts.isStringLiteral(sentence) || ts.isNoSubstitutionTemplateLiteral(sentence)) found.push(sentence.text)
    }
    // of a sentence with marked parts, or of two among which is chosen
    if (ts.isJsxAttribute(node) && node.name.getText() === 'i18nKey' && node.initializer) gather(node.initializer)
    // what the shell asks the window to say
    if (ts.isObjectLiteralExpression(node) && /^\{\s*kind: 'say'/.test(node.getText()))
      for (const property of node.properties)
        if (ts.isPropertyAssignment(property) && ['title', 'message'].includes(property.name.getText()))
          if (ts.isStringLiteral(property.initializer)) found.push(property.initializer.text)
    ts.forEachChild(node, visit)
  }
  const gather = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) found.push(node.text)
    ts.forEachChild(node, gather)
  }
  visit(source)
  return found
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sourcesBelow(path)
    return /\.tsx?$/.test(entry.name) ? [path] : []
  })
}

/** Each once, in the order of the sources. */
export function sentences(): string[] {
  const own = ['src-renderer', 'src-main/electron'].flatMap((folder) =>
    sourcesBelow(join(root, folder)).flatMap(sentencesOf),
  )
  return [...new Set([...own, ...tableSentences()])]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const chinese = catalogue('zh')
  const missing = sentences().filter((sentence) => !(sentence in chinese))
  process.stdout.write(`${JSON.stringify(Object.fromEntries(missing.map((sentence) => [sentence, ''])), null, 2)}\n`)
}
