/**
 * Prints what the pre-training text is made of:
 *   node src-main/engine/tasks/corpus-statistics.ts [--examples N]
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { arithmeticKinds } from '../../contract/recipe.ts'
import { readTokenizer } from '../model/tokenizer.ts'
import { randomAt } from '../random.ts'
import { accuracy } from '../rewards/accuracy.ts'
import { format } from '../rewards/format.ts'
import { type Behaviour, type CorpusExample, type CorpusPhase, corpusExample } from './corpus.ts'

const { values } = parseArgs({ options: { examples: { type: 'string', default: '20000' } } })
const examples = Number(values.examples)
if (!Number.isInteger(examples) || examples < 1) {
  console.error(`--examples must be a whole number from 1, not ${values.examples}.`)
  process.exit(1)
}
const tokenizer = readTokenizer(join(import.meta.dirname, '../../../resources/model/tokenizer.json'))
const phases: CorpusPhase[] = ['skills', 'habits']
const behaviours: Behaviour[] = ['direct', 'quick', 'careful', 'malformed']

for (const phase of phases) {
  const random = randomAt(0, 'corpus-statistics', phase)
  const rows = Array.from({ length: examples }, () =>
    measured(corpusExample(random, random.pick(arithmeticKinds), phase)),
  )
  console.log(
    `\n${phase}: ${examples} examples, as many of each kind; share of its kind, right and well-formed shares, completion tokens (end included)\n`,
  )
  console.log('kind        behaviour   share   right   form    mean tokens   longest')
  for (const kind of [...arithmeticKinds, 'all'] as const) {
    const ofKind = rows.filter((row) => kind === 'all' || row.kind === kind)
    for (const behaviour of [...behaviours, 'all'] as const) {
      const chosen = ofKind.filter((row) => behaviour === 'all' || row.behaviour === behaviour)
      if (chosen.length === 0) continue
      const mean = (value: (row: (typeof rows)[number]) => number) =>
        chosen.reduce((sum, row) => sum + value(row), 0) / chosen.length
      const share = (x: number) => x.toFixed(3).padEnd(8)
      console.log(
        `${kind.padEnd(12)}${behaviour.padEnd(12)}${share(chosen.length / ofKind.length)}${share(mean((r) => r.right))}` +
          `${share(mean((r) => r.formed))}${mean((r) => r.tokens)
            .toFixed(1)
            .padEnd(14)}${chosen.reduce((most, row) => Math.max(most, row.tokens), 0)}`,
      )
    }
  }
  console.log()
  for (const { prompt, completion, behaviour } of rows.slice(0, 12))
    console.log(`${behaviour.padEnd(10)} ${prompt} ${completion}`)
}

function measured(example: CorpusExample) {
  const completion = { text: example.completion, finished: true }
  return {
    ...example,
    right: accuracy(completion, example).value ?? 0,
    formed: format(completion).value ?? 0,
    tokens: tokenizer.encode(example.completion).length + 1,
  }
}
