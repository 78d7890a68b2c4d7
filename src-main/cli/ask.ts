import { type ServiceName, serve } from '../host/desk.ts'
import { Host } from '../host/host.ts'
import { askHolder } from '../host/requests.ts'
import { isLocked } from '../store/lock.ts'
import { dataFolder } from './options.ts'

/** By the app that has the folder, or, where none has, by a host of our own. */
export async function ask(name: ServiceName, input: unknown, options: { data?: string }): Promise<unknown> {
  const folder = dataFolder(options)
  if (isLocked(folder)) return askHolder(folder, name, input, () => isLocked(folder))
  const host = new Host({ dataFolder: folder, command: `grpo-studio ${name.replace('.', ' ')}` })
  try {
    return await serve(host, name, input)
  } finally {
    await host.close()
  }
}
