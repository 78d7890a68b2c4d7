/** A place among tokens, and steps from it. */
import { type Token, Unreadable } from './tokens.ts'

/** Deeper answers are not read: it bounds the time that hostile text can take. */
const DEEPEST = 64

export class Cursor {
  protected at = 0
  protected depth = 0
  protected readonly tokens: Token[]

  constructor(tokens: Token[]) {
    this.tokens = tokens
  }

  protected eat(mark: string): boolean {
    const t = this.tokens[this.at]
    if (t?.is !== 'mark' || t.text !== mark) return false
    this.at++
    return true
  }

  protected eatCommand(name: string): boolean {
    const t = this.tokens[this.at]
    if (t?.is !== 'command' || t.text !== name) return false
    this.at++
    return true
  }

  protected deeper(): void {
    if (++this.depth > DEEPEST) throw new Unreadable('is nested too deeply')
  }
}
