/** How the reference of the KL term follows the policy (TRL's `sync_ref_model`; TR-DPO, Gorbatovski et al. 2024). */
import { copyWeights, type Weights } from './model/model.ts'
import { tf } from './tensor/tf.ts'

/** share · policy + (1 − share) · reference. @param share in (0, 1]; 1 is a second hold on the policy's weights and copies nothing */
export function mixed(reference: Weights, policy: Weights, share: number): Weights {
  if (share === 1) return copyWeights(policy)
  return new Map(
    [...reference].map(([name, old]) => [
      name,
      tf.tidy(() => tf.add(tf.mul(old, 1 - share), tf.mul(policy.get(name)!, share))),
    ]),
  )
}
