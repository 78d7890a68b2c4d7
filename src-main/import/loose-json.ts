/** JSON as Python writes it: with NaN and Infinity, which no JSON has. They become null. */
export function parseLoose(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const strict = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
      found.startsWith('"') ? found : 'null',
    )
    if (strict === text) throw error
    return JSON.parse(strict)
  }
}
