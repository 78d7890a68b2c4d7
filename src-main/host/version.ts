import { readFileSync } from 'node:fs'
import { projectFolder } from './entries.ts'

export const version = (JSON.parse(readFileSync(new URL('package.json', projectFolder), 'utf8')) as { version: string })
  .version
