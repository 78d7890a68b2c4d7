/** A program of which the answer is a part: the problem holds what stands around it, as HumanEval's prompts do. */
import { z } from 'zod'
import { programLanguages } from '../../../sandbox/program.ts'
import { readAnswer } from '../completion.ts'
import type { Question } from '../reward.ts'
import { type Fenced, fencedProgram } from './fence.ts'

const frameSchema = z.object({ language: z.enum(programLanguages), before: z.string(), after: z.string() })

/** The answer's own program, if it has one in a fence; else the content of its answer tag in the problem's frame, where there is a frame. */
export function programOf(text: string, data: Question['data'], untagged: Parameters<typeof fencedProgram>[1]): Fenced {
  const fenced = fencedProgram(text, untagged)
  const frame = fenced.problem === undefined ? undefined : frameSchema.safeParse(data?.frame).data
  if (!frame) return fenced
  const { answer, problem } = readAnswer(text)
  if (problem !== undefined) return { problem }
  if (answer === '') return { problem: 'the answer is empty' }
  return { language: frame.language, code: frame.before + answer + frame.after }
}
