/** For the TypeScript that uses places.mjs. */
export function cacheFolder(env?: NodeJS.ProcessEnv, platform?: string, home?: string): string
