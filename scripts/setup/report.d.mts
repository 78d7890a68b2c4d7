/** For the TypeScript that uses report.mjs. */
export function bytes(count: number): string
export function createReport(): { line(text: string): void; progress(text: string): void }
