/** The rules as a process: lines of JSON in, answers out in the same order. It ends with its input. Bundled by scripts/build-rewards.ts. */
import { createInterface } from 'node:readline'
import { answered } from './service.ts'

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }))
  if (line.trim() !== '') process.stdout.write(`${await answered(line)}\n`)
