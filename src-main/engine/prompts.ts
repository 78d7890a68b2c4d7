/** What the model reads for each problem of a run: written once, before the first step. */
import { StudioError } from '../contract/errors.ts'
import type { PromptForm } from '../contract/prompt.ts'
import { type ChatTemplate, chatTemplateOf, type Message, renderChats } from './model/chat-template.ts'
import type { Policy } from './model/policy.ts'
import type { Tokenizer } from './model/tokenizer.ts'
import type { Problem } from './tasks/problem.ts'
import { questionOf, solutionOf } from './tasks/question.ts'

/** @returns the prompt's token ids */
export type PromptIds = (problem: Problem) => number[]

export interface Prompts {
  ids: PromptIds
  /** Tokens of the longest. */
  longest: number
}

/** A problem's own text, as the embedded model was trained on it. */
export const bareIds =
  (tokenizer: Tokenizer): PromptIds =>
  ({ prompt }) =>
    tokenizer.encode(prompt)

export type PromptModel = Pick<Policy, 'companions'> & { tokenizer: Pick<Tokenizer, 'encode' | 'prefix'> }

export type WritingModel = PromptModel & { tokenizer: Pick<Tokenizer, 'decode' | 'eosId'> }

/**
 * @param examples solved problems, shown before the question in `chat` and `text`
 * @param problems all that will be asked for
 * @throws StudioError bad-recipe for `chat` with a model that has no template, bad-model for a template that fails, bad-request for text
 *   outside the vocabulary
 */
export async function writePrompts(
  model: PromptModel,
  form: PromptForm,
  examples: readonly Problem[],
  problems: Problem[],
): Promise<Prompts> {
  const texts = await promptTexts(model, form, examples, problems)
  const prefix = form.style === 'text' ? model.tokenizer.prefix : []
  const ids = new Map(problems.map(({ prompt }, i) => [prompt, [...prefix, ...model.tokenizer.encode(texts[i])]]))
  let longest = 0
  for (const { length } of ids.values()) longest = Math.max(longest, length)
  return { longest, ids: ({ prompt }) => ids.get(prompt)! }
}

/** The same as texts: encoded without special tokens added, each is what the model reads. */
export async function writtenPrompts(
  model: WritingModel,
  form: PromptForm,
  examples: readonly Problem[],
  problems: Problem[],
): Promise<string[]> {
  const { prefix, eosId, decode } = model.tokenizer
  // a special token at the very end is not shown
  const end = decode([eosId])
  const begin = form.style === 'text' ? decode([...prefix, eosId]) : end
  const before = begin.slice(0, begin.length - end.length)
  return (await promptTexts(model, form, examples, problems)).map((text) => before + text)
}

async function promptTexts(
  model: PromptModel,
  form: PromptForm,
  examples: readonly Problem[],
  problems: Problem[],
): Promise<string[]> {
  const template = form.style === 'auto' || form.style === 'chat' ? chatTemplateOf(model.companions) : null
  if (form.style === 'chat' && !template)
    throw new StudioError(
      'bad-recipe',
      'prompt.style is "chat", but the model has no chat template.',
      'Choose "text" for a model that was trained on text alone, or "auto".',
    )
  if (form.style === 'text') return problems.map((problem) => asText(form, examples, problem))
  return template ? asChats(template, form, examples, problems) : problems.map(({ prompt }) => prompt)
}

function asChats(
  template: ChatTemplate,
  form: PromptForm,
  examples: readonly Problem[],
  problems: Problem[],
): Promise<string[]> {
  const before: Message[] = form.system ? [{ role: 'system', content: form.system }] : []
  for (const example of examples)
    before.push({ role: 'user', content: questionOf(example) }, { role: 'assistant', content: solutionOf(example) })
  return renderChats(
    template,
    problems.map((problem) => [...before, { role: 'user', content: questionOf(problem) }]),
  )
}

/** As R1-Zero was asked: the base model goes on with the conversation. */
function asText(form: PromptForm, examples: readonly Problem[], problem: Problem): string {
  const shown = examples.map((e) => `User: ${questionOf(e)}\nAssistant: ${solutionOf(e)}\n`)
  const system = form.system && `${form.system}${shown.length > 0 ? '\n' : ' '}`
  return `${system}${shown.join('')}User: ${questionOf(problem)}${shown.length > 0 ? '\n' : ' '}Assistant:`
}
