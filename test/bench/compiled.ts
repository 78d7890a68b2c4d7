/** What the recorded graphs give: the same GRPO steps eagerly and as graphs, alternating in one process. TensorFlow only. */

import { initialSettings } from '../../src-main/contract/recipe.ts'
import { modelFolder } from '../../src-main/engine/model/embedded.ts'
import { copyWeights } from '../../src-main/engine/model/model.ts'
import { loadPolicy } from '../../src-main/engine/model/policy.ts'
import { AdamW } from '../../src-main/engine/optim/adamw.ts'
import { bareIds } from '../../src-main/engine/prompts.ts'
import { grpoStep } from '../../src-main/engine/stages/grpo.ts'
import { problemsOf } from '../../src-main/engine/tasks/source.ts'
import { compiling } from '../../src-main/engine/tensor/compiled.ts'
import { type BackendName, openBackend } from '../../src-main/engine/tensor/index.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import type { BenchOptions } from './options.ts'

/** Steps of each kind that are not counted: graphs are recorded in them. */
const WARM_UP = 6
const STEPS = 12

export async function compiled({ backend }: BenchOptions): Promise<unknown> {
  const opened = await openBackend(backend as BackendName | undefined)
  if (!opened.name.startsWith('tensorflow')) return { skipped: `graphs run on TensorFlow; this is ${opened.name}` }
  const recipe = loadRecipe('r1-zero-mini', [])
  const policy = loadPolicy(modelFolder('embedded'))
  const settings = { ...initialSettings(recipe), maxCompletionTokens: 112, learningRate: 0 }
  const common = {
    stage: 0,
    seed: 0,
    settings,
    policy,
    reference: copyWeights(policy.weights),
    optimizer: new AdamW(),
    problems: (await problemsOf({ ...recipe, seed: 0 })).training,
    promptIds: bareIds(policy.tokenizer),
    tokensBefore: 0,
    progress: async () => {},
  }
  const seconds = { eager: [] as number[], graph: [] as number[] }
  let tokens = 0
  for (let i = 0; i < WARM_UP + STEPS; i++) {
    for (const kind of ['eager', 'graph'] as const) {
      compiling.enabled = kind === 'graph'
      // the weights stay as they are, so both kinds see the same work; few different steps, so that graphs are recorded in the warm-up
      const { metrics } = await grpoStep({ ...common, step: 1 + (i % WARM_UP) })
      if (i >= WARM_UP) seconds[kind].push(metrics['seconds/step'])
      if (i >= WARM_UP && kind === 'graph') tokens += metrics.num_tokens
    }
  }
  const middle = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
  const ratios = seconds.graph.map((s, i) => s / seconds.eager[i])
  return {
    steps: STEPS,
    tokensPerStep: tokens / STEPS,
    eagerSecondsPerStep: middle(seconds.eager),
    graphSecondsPerStep: middle(seconds.graph),
    graphOverEager: { median: middle(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
  }
}
