/** A run whose first group was written by nobody's friend: ten megabytes, control characters, turned writing, markup, broken UTF-8. */

import { prepareDataFolder } from '../../src-main/store/folder.ts'
import { Store } from '../../src-main/store/store.ts'
import { fillSamples } from '../bench/traces.ts'

export const hostileRun = '0001-hostile'

const markup = `<img src=x onerror="window.hacked=1"><script>window.hacked=2</script><svg onload="window.hacked=3"></svg><b>bold</b>
<iframe srcdoc="<script>parent.hacked=4</script>"></iframe><style>*{display:none}</style>`
const think = (text: string, answer = '4') => `<think>${text}</think><answer>${answer}</answer>`

export const hostile = {
  markup: think(markup, markup),
  turned: think('safe \u202egpj.exe\u202c \u2066isolated \u0627\u0644\u0633\u0644\u0627\u0645', '\u202e4\u2067'),
  controls: think('bell\u0007 null\u0000 escape\u001b[31m delete\u007f zero\u200bwidth \ufeff', '\u00004'),
  /** Ten million characters; the last ones can only be found. */
  long: think(`${'wait, 1+1=3; <b>x</b> '.repeat(450_000)}needle-at-the-end`),
} as const

/** Bytes that are no UTF-8, as another program may have stored them. */
const broken = Buffer.concat([
  Buffer.from('<think>half '),
  Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80]),
  Buffer.from(' broken</think><answer>4</answer>'),
])

export function fillHostile(folder: string): void {
  prepareDataFolder(folder)
  fillSamples(folder, 1, hostileRun, 256)
  const store = new Store(folder)
  store.write((db) => {
    const set = db.prepare(
      'UPDATE completions SET text = ?, tokens = ? WHERE run = 1 AND step = 1 AND grp = 0 AND sample = ?',
    )
    for (const [i, text] of Object.values(hostile).entries()) set.run(text, 9000 + i, i)
    db.prepare(
      `UPDATE completions SET text = CAST(? AS TEXT), tokens = 8000 WHERE run = 1 AND step = 1 AND grp = 0 AND sample = 4`,
    ).run(broken)
    db.prepare('UPDATE groups SET prompt = ? WHERE run = 1 AND step = 1 AND grp = 1').run(
      '<b onmouseover="window.hacked=5">\u202epmorp</b>',
    )
  })
  store.close()
}
