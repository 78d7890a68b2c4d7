/** Engines of an app that was killed: they end by themselves, but may live on for a moment, or hang. */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identify, type ProcessIdentity, waitForEnd } from './process-identity.ts'

interface Note extends ProcessIdentity {
  /** A copy of the data folder brings the note along; the engine is not its own. */
  folder: string
}

const noteIn = (runFolder: string) => join(runFolder, 'engine.pid')

/** For whoever opens this data folder next. */
export function noteEngine(runFolder: string, pid: number): void {
  try {
    writeFileSync(
      noteIn(runFolder),
      JSON.stringify({ ...identify(pid), folder: realpathSync(runFolder) } satisfies Note),
    )
  } catch {
    // Without the note a resume just does not wait.
  }
}

/** Waits until the run's last engine has ended, and ends it where it does not. */
export async function endOrphan(runFolder: string): Promise<void> {
  let engine: Note
  try {
    engine = JSON.parse(readFileSync(noteIn(runFolder), 'utf8')) as Note
    if (engine.folder !== realpathSync(runFolder)) return
  } catch {
    return
  }
  await waitForEnd(engine)
}
