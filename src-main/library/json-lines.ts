/** One JSON object a line, the last line ended too. */
export const jsonLines = (values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')
