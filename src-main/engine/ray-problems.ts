/** The texts of a recipe for a trainer that has none of our code: its problems as files of JSON lines, each prompt as the tokenizer is to read it. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Jobs } from '../contract/jobs.ts'
import { defaultPrompt } from '../contract/prompt.ts'
import type { Recipe } from '../contract/recipe.ts'
import { isSupervised, type SupervisedSource, sourcesOf } from '../contract/stages.ts'
import { withVocabulary } from './model/added-tokens.ts'
import { modelFolder } from './model/embedded.ts'
import { openModel } from './model/source.ts'
import { type WritingModel, writePrompts, writtenPrompts } from './prompts.ts'
import { type Example, examplesOf } from './sft/examples.ts'
import { longestLimit, requireRoom } from './start.ts'
import type { Problem } from './tasks/problem.ts'
import { type ProblemSets, problemsOf } from './tasks/source.ts'

/** Lines that are written at once. */
const AT_ONCE = 1000

/** @throws StudioError bad-recipe for data that cannot be used, or that the model has no room for; bad-model, not-found; bad-request */
export async function rayProblems({
  recipe,
  folder,
}: Jobs['ray-problems']['ask']): Promise<Jobs['ray-problems']['answer']> {
  const source = openModel(modelFolder(recipe.model))
  source.tensors.close()
  const model = withVocabulary(source, recipe.addTokens)
  const sets = await problemsOf(recipe)
  const form = recipe.prompt ?? defaultPrompt
  const asked = [...sets.training, ...sets.heldOut]
  const { longest } = await writePrompts(model, form, sets.examples, asked)
  requireRoom(recipe, model.config.maxPositions, longest)
  mkdirSync(folder, { recursive: true })
  const write = async (file: string, problems: Problem[]) => {
    const texts = await writtenPrompts(model, form, sets.examples, problems)
    writeLines(join(folder, file), problems.length, (i) => problemLine(i, problems[i], texts[i]))
  }
  await write('train.jsonl', sets.training)
  await write('held-out.jsonl', sets.heldOut)
  const stages: Jobs['ray-problems']['answer']['stages'] = []
  for (const [stage, { training, heldOut }] of await lessons(recipe, sets)) {
    await writeLessons(join(folder, `stage-${stage}.jsonl`), model, recipe, sets, training)
    await writeLessons(join(folder, `stage-${stage}-held-out.jsonl`), model, recipe, sets, heldOut)
    stages.push({ stage, training: training.length, heldOut: heldOut.length })
  }
  return { training: sets.training.length, heldOut: sets.heldOut.length, stages, longestLimit: longestLimit(recipe) }
}

const problemLine = (id: number, { prompt: bare, answer, kind, domain, data }: Problem, prompt: string) => ({
  id,
  prompt,
  answer,
  kind,
  domain,
  problem: { prompt: bare, answer, kind, domain, ...(data && { data }) },
})

type Lessons = { training: Example[]; heldOut: Example[] }

/** Of each supervised stage, without what its trainer will have collected by then. */
async function lessons(recipe: Recipe, { training }: ProblemSets): Promise<[number, Lessons][]> {
  const found: [number, Lessons][] = []
  for (const [i, stage] of recipe.stages.entries()) {
    if (!isSupervised(stage)) continue
    const given = sourcesOf(stage.data).filter(isGiven)
    const none: Lessons = { training: [], heldOut: [] }
    found.push([i, given.length > 0 ? await examplesOf(given, recipe, training, neverCollected) : none])
  }
  return found
}

const isGiven = (source: SupervisedSource) => typeof source === 'string' || !('stage' in source)

const neverCollected = (stage: string): never => {
  throw new Error(`What "${stage}" collects is its trainer's.`)
}

async function writeLessons(
  path: string,
  model: WritingModel,
  recipe: Recipe,
  { examples }: ProblemSets,
  lessons: readonly Example[],
): Promise<void> {
  const problems = lessons.map(({ problem }) => problem)
  const prompts = await writtenPrompts(model, recipe.prompt ?? defaultPrompt, examples, problems)
  writeLines(path, lessons.length, (i) => ({ prompt: prompts[i], completion: lessons[i].completion }))
}

function writeLines(path: string, count: number, line: (i: number) => object): void {
  writeFileSync(path, '')
  for (let from = 0; from < count; from += AT_ONCE) {
    const lines = Array.from(
      { length: Math.min(AT_ONCE, count - from) },
      (_, i) => `${JSON.stringify(line(from + i))}\n`,
    )
    appendFileSync(path, lines.join(''))
  }
}
