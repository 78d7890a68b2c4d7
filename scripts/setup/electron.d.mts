/** For the TypeScript that uses electron.mjs (the end-to-end tests). */
export function electronBinary(root: string): string | undefined
export function noWindowBecause(context?: {
  env?: NodeJS.ProcessEnv
  platform?: string
  uid?: number
}): string | undefined
