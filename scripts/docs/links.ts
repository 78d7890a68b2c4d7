/** Where the documents point: links to files and headings, and paths of the project written as code. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** Folders that a path in code marks may start with: such a path has to be there. */
const own = /^(?:\.ci|bin|docs|resources|scripts|src-main|src-renderer|test)\/[\w./-]+$/
/** Stand for something that is made here and kept out of the repository. */
const made = /^(?:node_modules|out|dist|test-results|\.setup)(?:\/|$)/

/** Each thing that is not there, as a sentence naming the document. */
export function brokenLinks(path: string, root: string): string[] {
  const text = readFileSync(path, 'utf8')
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/<!--[\s\S]*?-->/g, '')
  const name = relative(root, path)
  const links = [...linksOf(prose)].flatMap((link) => why(link, path, root) ?? [])
  const paths = [...prose.matchAll(/`([^`\n]+)`/g)]
    .map((match) => match[1])
    .filter((code) => own.test(code) && !existsSync(join(root, code)))
    .map((code) => `${code} is not there`)
  return [...links, ...paths].map((problem) => `${name}: ${problem}`)
}

function* linksOf(prose: string): Generator<string> {
  const plain = prose.replace(/`[^`\n]*`/g, '')
  for (const match of plain.matchAll(/\]\(\s*<?([^()\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)) yield match[1]
  for (const match of plain.matchAll(/^\s*\[[^\]]+\]:\s*(\S+)/gm)) yield match[1]
  for (const match of plain.matchAll(/<[^>]+\s(?:src|href|srcset)="([^"]+)"/g)) yield match[1]
}

function why(link: string, from: string, root: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return null
  const [target, anchor] = decodeURIComponent(link).split('#')
  const path = target === '' ? from : resolve(dirname(from), target)
  const inside = relative(root, path)
  if (inside.startsWith('..')) return `${link} leads out of the repository`
  if (made.test(inside)) return `${link} leads to what is not kept in the repository`
  if (!existsSync(path)) return `${link} leads nowhere`
  if (anchor && statSync(path).isFile() && !headingsOf(readFileSync(path, 'utf8')).includes(anchor))
    return `${link}: ${inside} has no heading "${anchor}"`
  return null
}

/** Anchors as GitHub makes them. */
export function headingsOf(text: string): string[] {
  const seen = new Map<string, number>()
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
  return [...prose.matchAll(/^#{1,6}\s+(.+?)\s*$/gm)].map(([, title]) => {
    const slug = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    const times = seen.get(slug) ?? 0
    seen.set(slug, times + 1)
    return times === 0 ? slug : `${slug}-${times}`
  })
}
