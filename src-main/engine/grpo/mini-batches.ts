/** What the optimizer steps of one rollout are made of. */
import type { Settings } from '../../contract/settings.ts'
import type { Random } from '../random.ts'

/** Each inner epoch goes through all items, in an order of its own: shuffles them where they are. */
export function* miniBatches<T>(
  items: T[],
  { innerEpochs, miniBatches: parts }: Pick<Settings, 'innerEpochs' | 'miniBatches'>,
  random: Random,
): Generator<T[]> {
  const cut = (part: number) => Math.floor((part * items.length) / parts)
  for (let epoch = 0; epoch < innerEpochs; epoch++) {
    random.shuffle(items)
    for (let part = 0; part < parts; part++) yield items.slice(cut(part), cut(part + 1))
  }
}
