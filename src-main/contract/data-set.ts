/** A recipe's own problems: two files of JSON lines. */
import { z } from 'zod'
import { domains } from './domains.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const dataSetSchema = z.strictObject({
  /** Paths of the files; a relative one starts at the recipe file's folder. */
  train: z.string().min(1),
  eval: z.string().min(1),
  /** Of lines that do not say their own. */
  domain: z.enum(domains).default('math'),
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
  /** A worked solution, for lines that are shown as examples. */
  reasoning: z.string().max(200_000).optional(),
})
