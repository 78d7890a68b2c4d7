/** What a checkpoint's policy and reference make of each token of given texts. */
import { StudioError } from '../contract/errors.ts'
import type { Jobs } from '../contract/jobs.ts'
import { defaultPrompt } from '../contract/prompt.ts'
import type { TokenView } from '../contract/tokens.ts'
import { batchOf, finalStates, type Sequence, sizeOf } from './model/batch.ts'
import { readCheckpointReference } from './model/checkpoint.ts'
import { disposeWeights, withTrained } from './model/model.ts'
import { loadPolicy, type Policy } from './model/policy.ts'
import type { Tokenizer } from './model/tokenizer.ts'
import { fuse } from './model/transformer.ts'
import { writePrompts } from './prompts.ts'
import { problemsOf } from './tasks/source.ts'
import { type BackendName, openBackend } from './tensor/index.ts'
import { type Tensor, type Tensor2D, tf } from './tensor/tf.ts'

/** Entries of logits that are there at once: 64 MB. */
const LOGITS_AT_ONCE = 2 ** 24
/** Alternatives of a token; fewer where there are very many tokens, as all of them go to the window. */
const likelyOf = (tokens: number): number => (tokens > 10_000 ? 3 : 5)

/**
 * Texts are cut into tokens as the tokenizer writes them, which may differ from how they were sampled.
 * @throws StudioError checkpoint, bad-model; bad-request for text outside the vocabulary, or more tokens than the model holds
 */
export async function tokenViews({
  folder,
  recipe,
  problem,
  samples,
  backend,
}: Jobs['token-views']['ask']): Promise<Jobs['token-views']['answer']> {
  await openBackend(backend as BackendName | undefined)
  const policy = loadPolicy(folder)
  const reference = readCheckpointReference(folder, policy)
  try {
    const prompt = recipe.prompt ?? defaultPrompt
    const examples = prompt.examples > 0 ? (await problemsOf(recipe)).examples : []
    const prompts = await writePrompts(policy, prompt, examples, [problem])
    const promptIds = prompts.ids(problem)
    const sequences = samples.map(
      ({ text, ended }): Sequence => ({
        promptIds,
        ids: [...policy.tokenizer.encode(text), ...(ended ? [policy.tokenizer.eosId] : [])],
      }),
    )
    requireRoom(sequences, policy.config.maxPositions)
    const count = likelyOf(sequences.reduce((sum, { ids }) => sum + ids.length, 0))
    const views: TokenView[][] = []
    for (const sequence of sequences) {
      if (sequence.ids.length === 0) {
        views.push([])
        continue
      }
      const own = await looked(policy, sequence, count)
      const before = await looked(withTrained(policy, reference), sequence, 0)
      views.push(viewsOf(policy.tokenizer, sequence, own, before.logProbs))
    }
    return views
  } finally {
    disposeWeights(policy.weights)
    if (policy.adapters) disposeWeights(policy.adapters.tensors)
    disposeWeights(reference)
  }
}

function requireRoom(sequences: readonly Sequence[], positions: number): void {
  const longest = Math.max(...sequences.map(sizeOf))
  if (longest <= positions) return
  throw new StudioError(
    'bad-request',
    `The prompt and its longest sample are ${longest} tokens, and the model holds ${positions}.`,
    'Look at a shorter sample.',
  )
}

interface Look {
  logProbs: number[]
  entropies: number[]
  /** [tokens · count], flat. */
  likely: { ids: number[]; probabilities: number[] }
}

/** @param count alternatives of each token; 0 for none */
async function looked(model: Policy, sequence: Sequence, count: number): Promise<Look> {
  const batch = batchOf([sequence])
  const first = sequence.promptIds.length - 1
  const [rows, head] = tf.tidy(() => {
    const fused = fuse(model)
    const states = tf.slice(finalStates(model, batch, fused), [0, first, 0], [1, sequence.ids.length, -1])
    return [states.reshape([-1, model.config.hidden]), tf.clone(fused.get('head')!)] as Tensor2D[]
  })
  const look: Look = { logProbs: [], entropies: [], likely: { ids: [], probabilities: [] } }
  const stride = Math.max(1, Math.floor(LOGITS_AT_ONCE / head.shape[0]))
  for (let from = 0; from < sequence.ids.length; from += stride) {
    const ids = sequence.ids.slice(from, from + stride)
    const parts = tf.tidy(() => {
      const logits = tf.matMul(tf.slice(rows, [from, 0], [ids.length, -1]), head, false, true)
      const logProbs = tf.logSoftmax(logits)
      const places = tf.tensor2d(
        ids.flatMap((id, i) => [i, id]),
        [ids.length, 2],
        'int32',
      )
      const shares = tf.exp(logProbs)
      const found: Tensor[] = [tf.gatherND(logProbs, places), tf.neg(tf.sum(tf.mul(shares, logProbs), 1))]
      if (count > 0) {
        const { values, indices } = tf.topk(shares, Math.min(count, head.shape[0]))
        found.push(values.flatten(), indices.flatten())
      }
      return found
    })
    const [logProbs, entropies, probabilities = [], likely = []] = await Promise.all(parts.map((part) => part.data()))
    look.logProbs.push(...logProbs)
    look.entropies.push(...entropies)
    look.likely.probabilities.push(...probabilities)
    look.likely.ids.push(...likely)
    tf.dispose(parts)
  }
  tf.dispose([rows, head, batch.ids, batch.targets, batch.mask])
  return look
}

/** Tokens that only together are text become one: its log-probability is their sum, its choice that of the first. */
function viewsOf(
  tokenizer: Tokenizer,
  { promptIds, ids }: Sequence,
  { logProbs, entropies, likely }: Look,
  reference: readonly number[],
): TokenView[] {
  const views: TokenView[] = []
  const each = likely.ids.length / ids.length
  let open: { from: number; before: number } | null = null
  for (let i = 0; i < ids.length; i++) {
    const start: { from: number; before: number } = open ?? {
      from: i,
      before: i === 0 ? promptIds.at(-1)! : ids[i - 1],
    }
    const text = textAfter(tokenizer, start.before, ids.slice(start.from, i + 1))
    if (text.includes('\uFFFD') && i < ids.length - 1 && i - start.from < 3) {
      open = start
      continue
    }
    open = null
    const sum = (values: readonly number[]) => values.slice(start.from, i + 1).reduce((a, b) => a + b, 0)
    const end = i === ids.length - 1 && ids[i] === tokenizer.eosId
    views.push({
      text,
      logProb: sum(logProbs),
      referenceLogProb: sum(reference),
      entropy: entropies[start.from],
      likely: Array.from({ length: each }, (_, k) => {
        const at = start.from * each + k
        const id = likely.ids[at]
        return {
          text: id === tokenizer.eosId ? '' : textAfter(tokenizer, start.before, [id]),
          probability: likely.probabilities[at],
        }
      }),
      ...(end && { end }),
    })
  }
  return views
}

/** As it reads there: some tokenizers write the blank before a word only where something comes before it. */
function textAfter(tokenizer: Tokenizer, before: number, ids: readonly number[]): string {
  const [alone, together] = [tokenizer.decode([before]), tokenizer.decode([before, ...ids])]
  return together.startsWith(alone) ? together.slice(alone.length) : tokenizer.decode(ids)
}
