/** Formulas as KaTeX sets them; loaded when the first one is shown. What a model wrote can neither link, load, nor name anything. */
import katex, { type KatexOptions } from 'katex'
import 'katex/dist/katex.min.css'

export const typesetting: KatexOptions = {
  // no \href, \url, \includegraphics, \htmlClass, \htmlId, \htmlStyle or \htmlData
  trust: false,
  throwOnError: true,
  strict: 'ignore',
  errorColor: 'currentColor',
  // in em, and steps of macros that call each other
  maxSize: 8,
  maxExpand: 200,
}

/** @returns whether it is a formula: what is none is shown as it was written */
export function typeset(node: HTMLElement, tex: string, display: boolean): boolean {
  try {
    katex.render(tex, node, { ...typesetting, displayMode: display })
    return true
  } catch {
    // a mistake in it, or so deep that the stack ended
    node.replaceChildren()
    return false
  }
}
