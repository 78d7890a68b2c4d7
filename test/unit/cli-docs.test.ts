import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makeProgram } from '../../src-main/cli/program.ts'
import { defaultPort } from '../../src-main/host/port.ts'

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')

test('docs/cli.md tells of every verb and every option', () => {
  for (const command of makeProgram().commands) {
    expect(page).toContain(`\n## ${command.name()}\n`)
    for (const { long } of command.options) expect(page).toContain(long)
  }
  expect(page).toContain(String(defaultPort))
})
