/** A process of its own that opens one backend and prints what it found: `doctor` uses it, as a library that crashes takes its process along. */
import { StudioError } from '../../contract/errors.ts'
import { type BackendName, backends, openBackend } from './index.ts'

const name = process.argv[2] as BackendName
try {
  const { probes, device } = await openBackend(name)
  console.log(JSON.stringify({ ...probes[0], device }))
} catch (error) {
  if (!(error instanceof StudioError) || !backends.some((backend) => backend.name === name)) throw error
  const reason = error.message.replace(/^.*cannot be used: /, '').replace(/\.$/, '')
  console.log(JSON.stringify({ name, available: false, reason, device: '' }))
}
