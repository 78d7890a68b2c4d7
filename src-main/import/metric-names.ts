/** What other trainers call their metrics, and what the same is called here. */

/** Only what means the same; everything else keeps its name. */
const same: Readonly<Record<string, string>> = {
  // TRL
  'sampling/sampling_logp_difference/mean': 'sampling/logp_difference/mean',
  'sampling/sampling_logp_difference/max': 'sampling/logp_difference/max',
  step_time: 'seconds/step',
  // verl
  'critic/score/mean': 'reward',
  'actor/kl_loss': 'kl',
  'actor/entropy': 'entropy',
  'actor/grad_norm': 'grad_norm',
  'actor/lr': 'learning_rate',
  'actor/pg_clipfrac': 'clip_ratio/region_mean',
  'response_length/mean': 'completions/mean_length',
  'response_length/max': 'completions/max_length',
  'response_length/clip_ratio': 'completions/clipped_ratio',
  'timing_s/step': 'seconds/step',
  'timing_s/gen': 'seconds/rollout',
  'timing_s/update_actor': 'seconds/update',
  'timing_s/update_critic': 'seconds/critic',
  // OpenRLHF
  response_length: 'completions/mean_length',
  actor_lr: 'learning_rate',
  actor_grad_norm: 'grad_norm',
  critic_loss: 'critic/vf_loss',
  critic_lr: 'critic/lr',
  // tables of people
  mean_reward: 'reward',
  reward_mean: 'reward',
  'reward/mean': 'reward',
  reward_stddev: 'reward_std',
  kl_divergence: 'kl',
  gradient_norm: 'grad_norm',
  lr: 'learning_rate',
}

/** Of what a tag begins with: measured on held-out prompts. */
const held = /^(eval|evaluation|val|validation|test|val-core|val-aux)[/_]/
/** Called as TRL calls them; the others by their own names, which none of a step has. */
const heldPrefix = /^(eval|evaluation)[/_]/

export interface OurName {
  family: 'metric' | 'evaluation'
  name: string
}

/** @param tag of TensorBoard, a column, a key of a log */
export function ourName(tag: string): OurName {
  if (held.test(tag)) {
    const rest = tag.replace(heldPrefix, '')
    return { family: 'evaluation', name: rest === tag ? tag : `eval_${same[rest] ?? rest}` }
  }
  const bare = tag.replace(/^train\//, '')
  return { family: 'metric', name: same[bare] ?? bare }
}

/** Each tag by a name that no other has: where two would have the same, the first that is called so keeps it. */
export function ourNames(tags: readonly string[]): Map<string, OurName> {
  const taken = new Set<string>()
  const named = new Map<string, OurName>()
  const isPlain = (tag: string) => [tag, tag.replace(/^train\//, '')].includes(ourName(tag).name)
  for (const tag of [...tags].sort((a, b) => Number(isPlain(b)) - Number(isPlain(a)))) {
    const { family, name } = ourName(tag)
    const own = taken.has(`${family} ${name}`) ? tag : name
    taken.add(`${family} ${own}`)
    named.set(tag, { family, name: own })
  }
  return named
}

/** Share of held-out prompts that was answered rightly, where exactly one of what was measured says so. */
export function accuracyOf(evaluation: Readonly<Record<string, number | null>>): number | null {
  const found = Object.entries(evaluation).filter(([name]) =>
    /^(eval_)?acc(uracy)?$|\/acc(uracy)?(\/mean(@\d+)?)?$/.test(name),
  )
  const value = found.length === 1 ? found[0][1] : null
  return value !== null && value >= 0 && value <= 1 ? value : null
}
