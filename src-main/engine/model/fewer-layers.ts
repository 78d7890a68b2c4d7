/** A smaller model out of a larger one: some of its layers, the rest as it is (Sanh et al. 2019, DistilBERT, section 3). */
import { jsonFile, jsonOf } from './companions.ts'
import { disposeWeights } from './model.ts'
import { expectedShapes, type Policy } from './policy.ts'

/**
 * The first and the last layer and those evenly between them; of one, the first. The policy's other layers are disposed.
 * @param count from 1 to the policy's own number
 */
export function withFewerLayers(policy: Policy, count: number): Policy {
  const all = policy.config.layers
  const kept = Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * (all - 1)) / (count - 1))))
  const weights = new Map([...policy.weights].filter(([name]) => layerOf(name) === undefined))
  kept.forEach((from, to) => {
    for (const [name, tensor] of policy.weights)
      if (layerOf(name) === from) weights.set(name.replace(/^model\.layers\.\d+\./, `model.layers.${to}.`), tensor)
  })
  disposeWeights(new Map([...policy.weights].filter(([name]) => !kept.includes(layerOf(name) ?? kept[0]))))
  const json = jsonOf(policy.companions, 'config.json') ?? {}
  const types = json.layer_types
  const config = {
    ...json,
    num_hidden_layers: count,
    ...(Array.isArray(types) && { layer_types: kept.map((i) => types[i]) }),
  }
  const smaller = { ...policy.config, layers: count }
  // in the order in which a checkpoint is read: sums over all weights are then the same to the last bit
  const ordered = new Map([...expectedShapes(smaller).keys()].map((name) => [name, weights.get(name)!]))
  return {
    ...policy,
    config: smaller,
    weights: ordered,
    companions: new Map([...policy.companions, ['config.json', jsonFile(config)]]),
  }
}

/** Undefined for what belongs to no layer. */
function layerOf(name: string): number | undefined {
  const number = /^model\.layers\.(\d+)\./.exec(name)?.[1]
  return number === undefined ? undefined : Number(number)
}
