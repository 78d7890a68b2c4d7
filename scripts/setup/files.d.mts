/** For the TypeScript that uses files.mjs. */
export function isAlive(pid: number): boolean
