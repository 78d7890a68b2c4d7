/** The judges there are: a model behind an endpoint, and a model on this machine, asked for a verdict or for the odds of A and B. */
import { StudioError } from '../contract/errors.ts'
import type { Jobs } from '../contract/jobs.ts'
import type { ChatCompletions } from './chat-completions.ts'
import type { Judge, Said } from './judge.ts'
import { paragraphs, type Question } from './question.ts'

/** Characters of a reply that are kept: its end, where the verdict is. */
const kept = 300

export function endpointJudge(name: string, chat: Pick<ChatCompletions, 'ask'>, system: string, atOnce: number): Judge {
  return {
    name,
    atOnce,
    async ask(question, signal) {
      const { text, refused } = await chat.ask(system, question.text, signal)
      return refused === undefined ? verdictOf(question, text) : { score: null, said: refused }
    },
  }
}

/** Work of the local model, as the host's jobs do it. */
export interface LocalModel {
  model: string
  run<N extends 'generate' | 'choose'>(name: N, ask: Jobs[N]['ask'], signal?: AbortSignal): Promise<Jobs[N]['answer']>
  backend?: string
}

/** The score is the log of the odds of "A" against "B", in nats: 1 is 2.7 to 1. There always is one. */
export function oddsJudge(name: string, { model, run, backend }: LocalModel, system: string): Judge {
  return {
    name,
    atOnce: 1,
    ask: (question, signal) =>
      ofThisQuestion(async () => {
        const prompt = paragraphs(system, question.text, question.cue)
        const ask = { modelDir: model, prompt, choices: ['A', 'B'], backend }
        const [a, b] = (await run('choose', ask, signal)).logProbs
        return { score: a - b, said: a > b ? 'A' : 'B', mass: Math.exp(a) + Math.exp(b) }
      }),
  }
}

/** Writes its verdict as a model behind an endpoint does. @param seed of its sampling; every asking draws anew */
export function writingJudge(
  name: string,
  { model, run, backend }: LocalModel,
  system: string,
  { maxTokens, temperature, seed }: { maxTokens: number; temperature: number; seed: number },
): Judge {
  let asked = 0
  return {
    name,
    atOnce: 1,
    ask: (question, signal) =>
      ofThisQuestion(async () => {
        const prompt = paragraphs(system, question.text)
        const sampling = { maxTokens, temperature, seed: (seed + asked++) % 2 ** 32 }
        const ask = { modelDir: model, prompt, chat: 'auto' as const, ...sampling, backend }
        return verdictOf(question, (await run('generate', ask, signal)).text)
      }),
  }
}

function verdictOf(question: Question, text: string): Said {
  return { score: question.score(text), said: text.slice(-kept) }
}

/** A question that the model cannot read, or that is too long for it, has no verdict; another one may have. */
async function ofThisQuestion(work: () => Promise<Said>): Promise<Said> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StudioError && error.code === 'bad-request') return { score: null, said: error.message }
    throw error
  }
}
