/** What one text has that the other lacks, token by token (longest common subsequence). */

export interface Piece {
  text: string
  fresh: boolean
}

const tokens = (text: string) => text.match(/\d+|[a-zA-Z]+|\s+|./gu) ?? []
/** Past this the table would cost more than the difference tells. */
const most = 4_000_000
/** Past this many characters the tokens alone would take long. */
const longest = 400_000

/** `text` in pieces, marked fresh where `neighbour` has nothing like it. */
export function difference(text: string, neighbour: string): Piece[] {
  if (text.length + neighbour.length > longest) return [{ text, fresh: false }]
  const a = tokens(text)
  const b = tokens(neighbour)
  if (a.length * b.length > most) return [{ text, fresh: false }]
  const width = b.length + 1
  const common = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1] + 1
          : Math.max(common[(i + 1) * width + j], common[i * width + j + 1])
  const pieces: Piece[] = []
  const add = (token: string, fresh: boolean) => {
    const last = pieces.at(-1)
    if (last && last.fresh === fresh) last.text += token
    else pieces.push({ text: token, fresh })
  }
  let i = 0
  let j = 0
  while (i < a.length) {
    if (j < b.length && a[i] === b[j]) {
      add(a[i++], false)
      j++
    } else if (j < b.length && common[i * width + j + 1] >= common[(i + 1) * width + j]) j++
    else add(a[i++], true)
  }
  return pieces
}
