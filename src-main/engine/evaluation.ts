/** A model measured outside any run. */
import { StudioError } from '../contract/errors.ts'
import type { EvaluationReport, EvaluationRequest } from '../contract/evaluation.ts'
import { policyOf } from './inference.ts'
import { throttled } from './pace.ts'
import { writePrompts } from './prompts.ts'
import { evaluate } from './stages/evaluate.ts'
import { readProblems } from './tasks/data-set.ts'
import type { Problem } from './tasks/problem.ts'
import { evaluationSet, exampleSet } from './tasks/sets.ts'
import { type BackendName, openBackend } from './tensor/index.ts'

/**
 * All models are asked with the same random numbers, as if after step 0: two of them are then told apart with less noise.
 * @throws StudioError bad-model; bad-recipe for a file that cannot be used; bad-request for prompts without room; backend
 */
export async function evaluateModel(
  request: EvaluationRequest,
  tell: (news: { fraction: number }) => void,
): Promise<EvaluationReport> {
  await openBackend(request.backend as BackendName | undefined)
  const { problems, examples } = await problemsOf(request)
  const policy = policyOf(request.modelDir)
  const prompts = await writePrompts(policy, request.prompt, examples, problems)
  requireRoom(prompts.longest, request.maxTokens, policy.config.maxPositions)
  const news = throttled((_phase: 'evaluate', fraction) => tell({ fraction }))
  return evaluate({
    policy,
    problems,
    promptIds: prompts.ids,
    form: request.form,
    maxTokens: request.maxTokens,
    seed: request.seed,
    step: 0,
    settings: {
      rewardWeights: Object.fromEntries(request.rewards.map((name) => [name, 1])),
      rewardParameters: request.rewardParameters,
    },
    progress: async (fraction) => news('evaluate', fraction),
  })
}

async function problemsOf(request: EvaluationRequest): Promise<{ problems: Problem[]; examples: Problem[] }> {
  const { problems: source, prompts, prompt } = request
  if ('file' in source) {
    const { file: path, domain, map } = source
    const all = (await readProblems({ path, domain, map })).map(({ problem }) => problem)
    const unique = [...new Map(all.map((problem) => [problem.prompt, problem])).values()]
    return { problems: unique.slice(0, prompts), examples: [] }
  }
  const { task, levels } = source
  return { problems: evaluationSet(task, prompts, levels), examples: exampleSet(task, prompt.examples, levels) }
}

function requireRoom(longest: number, maxTokens: number, positions: number): void {
  if (longest + maxTokens <= positions) return
  const room = positions - longest
  throw new StudioError(
    'bad-request',
    `The longest prompt's ${longest} tokens and ${maxTokens} more do not fit into the model's ${positions} positions.`,
    room > 0 ? `Allow at most ${room} (--max-tokens ${room}).` : 'Ask shorter questions, or a model that reads more.',
  )
}
