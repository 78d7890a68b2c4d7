/** Milliseconds of processor time that this process has used: what must be quick is, however busy the machine. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
