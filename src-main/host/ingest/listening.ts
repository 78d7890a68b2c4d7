/** `listening.json` in the data folder: where trainers on this machine find the app while it is open. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ingestVersion } from '../../contract/ingest.ts'

export const listeningFile = (dataFolder: string) => join(dataFolder, 'listening.json')

/** @returns ends it */
export function announceListening(dataFolder: string, port: number, token: string): { end(): void } {
  const file = listeningFile(dataFolder)
  const said = JSON.stringify({ url: `http://127.0.0.1:${port}`, token, pid: process.pid, version: ingestVersion })
  // a file that is there keeps its mode
  rmSync(file, { force: true })
  writeFileSync(file, `${said}\n`, { mode: 0o600 })
  return {
    end() {
      try {
        // another app may have the folder by now
        if (readFileSync(file, 'utf8').trim() === said) rmSync(file, { force: true })
      } catch {
        // it is gone already
      }
    },
  }
}
