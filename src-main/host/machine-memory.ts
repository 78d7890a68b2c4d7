/** How much memory there is: of the machine, or of the container (cgroup) that this runs in, whichever is less. */
import { readFileSync } from 'node:fs'
import os from 'node:os'
import type { MachineMemory } from '../contract/estimate.ts'

type Read = (file: string) => string | null

const readFile: Read = (file) => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

export function machineMemory(read = readFile, total = os.totalmem(), free = os.freemem()): MachineMemory {
  const available = 1024 * numberIn(read('/proc/meminfo'), /^MemAvailable:\s+(\d+) kB/m) || free
  let memory: MachineMemory = { total, available, limitedBy: 'machine' }
  for (const { limit, used } of containerLimits(read)) {
    if (limit >= memory.total && limit - used >= memory.available) continue
    const left = Math.max(0, limit - used)
    memory = {
      total: Math.min(memory.total, limit),
      available: Math.min(memory.available, left),
      limitedBy: limit < total ? 'container' : memory.limitedBy,
    }
  }
  return memory
}

/** Of this process's group and those around it; cgroup v2, then v1. Files that are only cached can be let go, and count as free. */
function containerLimits(read: Read): { limit: number; used: number }[] {
  const groups = read('/proc/self/cgroup') ?? ''
  const v2 = /^0::(\/.*)$/m.exec(groups)?.[1]
  const v1 = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m.exec(groups)?.[1]
  const limits: { limit: number; used: number }[] = []
  for (const folder of v2 === undefined ? ['/sys/fs/cgroup'] : upwards('/sys/fs/cgroup', v2)) {
    const limit = Number((read(`${folder}/memory.max`) ?? 'max').trim())
    const cached = numberIn(read(`${folder}/memory.stat`), /^inactive_file (\d+)$/m)
    if (limit > 0) limits.push({ limit, used: Number(read(`${folder}/memory.current`) ?? 0) - cached })
  }
  const folder = `/sys/fs/cgroup/memory${v1 && v1 !== '/' ? v1 : ''}`
  const limit = Number((read(`${folder}/memory.limit_in_bytes`) ?? '').trim())
  // without a limit it is the largest number of pages
  if (limit > 0 && limit < 2 ** 60) {
    const cached = numberIn(read(`${folder}/memory.stat`), /^total_inactive_file (\d+)$/m)
    limits.push({ limit, used: Number(read(`${folder}/memory.usage_in_bytes`) ?? 0) - cached })
  }
  return limits
}

/** /a/b → root/a/b, root/a, root */
function upwards(root: string, path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '..')
  return Array.from({ length: names.length + 1 }, (_, i) => [root, ...names.slice(0, names.length - i)].join('/'))
}

function numberIn(text: string | null, pattern: RegExp): number {
  return Number(pattern.exec(text ?? '')?.[1] ?? 0)
}
