/**
 * A critic: what PPO measures advantages against. A model of the policy's architecture with a scalar head, which begins as the policy is at that
 * moment with a head of zeros, and learns with an optimizer of its own.
 */
import type { Settings } from '../../contract/settings.ts'
import type { StageKind } from '../../contract/stages.ts'
import { copyWeights, disposeWeights, trainedOf, type Weights } from '../model/model.ts'
import type { Policy } from '../model/policy.ts'
import { freshHead, headShapes, type ScalarModel } from '../model/scalar-head.ts'
import { shapesOf } from '../model/tensor-files.ts'
import { AdamW } from '../optim/adamw.ts'

export interface Critic {
  /** All that it trains: what the policy trains, but for the vocabulary's head, and its own head. */
  parts: Weights
  optimizer: AdamW
  /** Last step before it began. */
  since: number
}

/** What a run's state has of it. */
export interface WithCritic {
  policy: Policy
  /** There exactly while a GRPO stage's settings ask for one. */
  critic?: Critic
  position: { step: number; settings: Pick<Settings, 'advantageEstimator'> }
}

/** At a step's boundary: begins a critic where the settings ask for one, and lets go of it where they do not. */
export function matchCritic(state: WithCritic, kind: StageKind): void {
  const { settings, step } = state.position
  const wanted = kind === 'grpo' && settings.advantageEstimator === 'gae'
  if (!wanted) dropCritic(state)
  else state.critic ??= freshCritic(state.policy, step)
}

export function dropCritic(state: Pick<WithCritic, 'critic'>): void {
  if (state.critic) disposeCritic(state.critic)
  state.critic = undefined
}

/** Copies nothing: an update makes new tensors. */
export function freshCritic(policy: Policy, since: number): Critic {
  const body = copyWeights(bodyOf(policy))
  return { parts: new Map([...body, ...freshHead(policy.config.hidden, true)]), optimizer: new AdamW(), since }
}

export function disposeCritic({ parts, optimizer }: Critic): void {
  disposeWeights(parts)
  optimizer.dispose()
}

/** Shapes of its parts beside this policy. */
export function criticShapes(policy: Policy): Map<string, number[]> {
  return new Map([...shapesOf(bodyOf(policy)), ...headShapes(policy.config.hidden, true)])
}

function bodyOf(policy: Policy): Weights {
  const body = new Map(trainedOf(policy))
  body.delete('lm_head.weight')
  return body
}

/** As a model. With LoRA its adapters lie beside the policy's frozen weights. */
export function criticModel({ parts }: Pick<Critic, 'parts'>, policy: Policy): ScalarModel {
  const { config, recomputeLayers, adapters } = policy
  const names = [...headShapes(config.hidden, true).keys()]
  const head: Weights = new Map(names.map((name) => [name, parts.get(name)!]))
  const body: Weights = new Map([...parts].filter(([name]) => !head.has(name)))
  if (!adapters) return { config, recomputeLayers, weights: body, head }
  return { config, recomputeLayers, weights: policy.weights, adapters: { ...adapters, tensors: body }, head }
}
