/** A person's own problems: files, and what their fields are called. */
import { z } from 'zod'
import { domains } from './domains.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Fields of a problem that a file may have under another name. */
export const dataFields = ['prompt', 'answer', 'kind', 'level', 'domain', 'reasoning', 'data'] as const
export type DataMap = Partial<Record<(typeof dataFields)[number], string>>
export const dataMapSchema = z.strictObject(
  Object.fromEntries(dataFields.map((field) => [field, z.string().min(1).optional()])) as Record<
    (typeof dataFields)[number],
    z.ZodOptional<z.ZodString>
  >,
)

export const dataSetSchema = z.strictObject({
  /** Paths of the files; a relative one starts at the recipe file's folder. */
  train: z.string().min(1),
  eval: z.string().min(1),
  /** Of lines that do not say their own. */
  domain: z.enum(domains).default('math'),
  /** The file's name of each field that it calls otherwise; `question` is known to be a prompt. */
  map: dataMapSchema.optional(),
  /** Of the files' contents, as they were when the run was launched: written by the launch. */
  sha256: z.strictObject({ train: sha256, eval: sha256 }).optional(),
})
export type DataSet = z.infer<typeof dataSetSchema>

/** One line. Other fields are not looked at. */
export const dataLineSchema = z.object({
  prompt: z.string().min(1).max(200_000),
  /** What the answer is compared with; numbers may be written as such. */
  answer: z.union([z.string(), z.number().transform(String)]).default(''),
  /** What a verifier needs beside the answer. */
  data: z.record(z.string(), z.unknown()).optional(),
  /** By which accuracy is told apart. */
  kind: z.string().min(1).max(60).default('data'),
  domain: z.enum(domains).optional(),
  /** How hard it is: accuracy is told of each level. */
  level: z.number().optional(),
  /** A worked solution, for lines that are shown as examples. */
  reasoning: z.string().max(200_000).optional(),
  /** A whole answer for supervised stages, in the form that is to be learned; without it, of reasoning and answer. */
  completion: z.string().min(1).max(400_000).optional(),
})
