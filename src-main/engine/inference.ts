/** A model used without training: text from a prompt, and log-probabilities of given tokens. */
import { StudioError } from '../contract/errors.ts'
import type { GeneratedText, GenerateRequest, Jobs } from '../contract/jobs.ts'
import { batchOf, nextTokenLogProbs, type Sequence } from './model/batch.ts'
import { chatTemplateOf, type Message, renderChats } from './model/chat-template.ts'
import { modelFolder } from './model/embedded.ts'
import { disposeWeights } from './model/model.ts'
import { loadPolicy, type Policy } from './model/policy.ts'
import { randomAt } from './random.ts'
import { rollout } from './rollout/rollout.ts'
import { type BackendName, openBackend } from './tensor/index.ts'
import { tf } from './tensor/tf.ts'

/** The last model asked for stays loaded: the next answer begins at once. */
let loaded: { folder: string; policy: Policy } | undefined

export function policyOf(modelDir: string): Policy {
  const folder = modelFolder(modelDir)
  if (loaded?.folder !== folder) {
    if (loaded) disposeWeights(loaded.policy.weights)
    loaded = undefined
    loaded = { folder, policy: loadPolicy(folder) }
  }
  return loaded.policy
}

/** Least time between two tellings of the text so far; milliseconds. */
const telling = 60

/**
 * @param tell hears the text so far from time to time
 * @throws StudioError bad-model, bad-request (a prompt that the tokenizer cannot write or the model cannot hold), backend
 */
export async function generateText(
  request: GenerateRequest,
  tell?: (news: { text: string; tokens: number }) => void,
): Promise<GeneratedText> {
  await openBackend(request.backend as BackendName | undefined)
  const policy = policyOf(request.modelDir)
  const { config, tokenizer } = policy
  const promptIds = await fittingPrompt(policy, request)
  let told = 0
  const [[output]] = await rollout({
    model: policy,
    prompts: [promptIds],
    groupSize: 1,
    maxTokens: request.maxTokens,
    eosIds: config.eosIds,
    sampler: samplerOf(request),
    random: () => randomAt(request.seed, 'generate'),
    sampled: ({ ids }) => {
      if (!tell || Date.now() - told < telling) return
      told = Date.now()
      tell({ text: tokenizer.decode(ids), tokens: ids.length })
    },
  })
  return {
    text: tokenizer.decode(output.ids),
    tokens: output.ids.length,
    finishReason: output.finished ? 'stop' : 'length',
  }
}

/**
 * Each answer's stream of chance depends on the seed, its prompt and its place among the answers, not on what is asked beside it.
 * @returns texts by prompt, then by sample
 * @throws StudioError as `generateText`
 */
export async function sampleTexts(request: Jobs['sample']['ask']): Promise<Jobs['sample']['answer']> {
  await openBackend(request.backend as BackendName | undefined)
  const policy = policyOf(request.modelDir)
  const { config, tokenizer } = policy
  const prompts: number[][] = []
  for (const prompt of request.prompts) prompts.push(await fittingPrompt(policy, { ...request, prompt }))
  const groups = await rollout({
    model: policy,
    prompts,
    groupSize: request.samples,
    maxTokens: request.maxTokens,
    eosIds: config.eosIds,
    sampler: samplerOf(request),
    random: (prompt, sample) => randomAt(request.seed, 'sample', request.prompts[prompt], sample),
  })
  return { texts: groups.map((outputs) => outputs.map(({ ids }) => tokenizer.decode(ids))) }
}

const samplerOf = ({
  temperature,
  topP = 1,
  topK = 0,
  minP = 0,
  repetitionPenalty = 1,
}: Omit<GenerateRequest, 'prompt'>) => ({ temperature, topP, topK, minP, repetitionPenalty })

/** @throws StudioError bad-request for a prompt that is empty, or leaves no room for the answer */
async function fittingPrompt(policy: Policy, request: GenerateRequest): Promise<number[]> {
  const promptIds = await promptIdsOf(policy, request)
  const { maxPositions } = policy.config
  if (promptIds.length === 0)
    throw new StudioError('bad-request', 'The prompt is empty.', 'For example: --prompt "12+34="')
  if (promptIds.length + request.maxTokens > maxPositions) {
    throw new StudioError(
      'bad-request',
      `The prompt's ${promptIds.length} tokens and ${request.maxTokens} more do not fit into the model's ${maxPositions} positions.`,
      `Ask for at most ${Math.max(0, maxPositions - promptIds.length)} tokens.`,
    )
  }
  return promptIds
}

export const isTrainedToTalk = ({ companions }: Policy): boolean => chatTemplateOf(companions) !== null

/** A prompt's tokens: as a message by the chat template where that is asked for, else as it stands, with what the tokenizer puts before a text. */
export async function promptIdsOf(
  policy: Policy,
  request: Pick<GenerateRequest, 'modelDir' | 'prompt' | 'chat' | 'system'>,
): Promise<number[]> {
  const { tokenizer } = policy
  const talks = request.chat === 'auto' ? isTrainedToTalk(policy) : request.chat
  const asked = request.prompt && talks ? await asChat(policy, request) : request.prompt
  return asked && !talks ? [...tokenizer.prefix, ...tokenizer.encode(asked)] : tokenizer.encode(asked)
}

async function asChat(
  { companions }: Policy,
  { modelDir, system, prompt }: Pick<GenerateRequest, 'modelDir' | 'prompt' | 'system'>,
): Promise<string> {
  const template = chatTemplateOf(companions)
  if (!template)
    throw new StudioError(
      'bad-request',
      `${modelDir} has no chat template: it was not trained to talk.`,
      'Leave out --chat; the prompt is then given as it is.',
    )
  const before: Message[] = system ? [{ role: 'system', content: system }] : []
  const [text] = await renderChats(template, [[...before, { role: 'user', content: prompt }]])
  return text
}

/**
 * Natural log-probability of each id after the first, given those before it, at temperature 1.
 * @param sequences of at least two token ids each
 * @throws StudioError bad-request, naming the sequence by its place from 1 and the id that is not of the vocabulary
 */
export async function* logprobsOf(request: {
  modelDir: string
  sequences: AsyncIterable<number[]>
  backend?: BackendName
}): AsyncGenerator<number[]> {
  await openBackend(request.backend)
  const policy = loadPolicy(modelFolder(request.modelDir))
  let place = 0
  for await (const ids of request.sequences) {
    place++
    requireSequence(ids, place, policy.config.vocabulary, policy.config.maxPositions)
    const sequence: Sequence = { promptIds: ids.slice(0, 1), ids: ids.slice(1) }
    const logProbs = tf.tidy(() => nextTokenLogProbs(policy, batchOf([sequence]), 1))
    // the batch may be longer than the sequence
    yield [...(await logProbs.data())].slice(0, ids.length - 1)
    logProbs.dispose()
  }
}

function requireSequence(
  ids: unknown,
  place: number,
  vocabulary: number,
  maxPositions: number,
): asserts ids is number[] {
  const fail = (what: string, hint: string) => {
    throw new StudioError('bad-request', `Sequence ${place} ${what}.`, hint)
  }
  if (!Array.isArray(ids) || ids.length < 2)
    return fail('has fewer than two token ids', 'Give lines like {"ids":[1,5,9]}.')
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary)
  if (wrong !== undefined)
    fail(`has the id ${JSON.stringify(wrong)}`, `Ids are whole numbers from 0 to ${vocabulary - 1}.`)
  if (ids.length > maxPositions) fail(`has ${ids.length} ids`, `The model holds ${maxPositions} positions.`)
}
