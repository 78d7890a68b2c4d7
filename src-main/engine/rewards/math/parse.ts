/** Tokens to trees: a parser by recursive descent for the LaTeX and plain text that answers are written in. */
import { Cursor } from './cursor.ts'
import { Unreadable } from './tokens.ts'
import { type Node, type Relation, whole } from './tree.ts'
import { conjunctions, functions, greek, percents, relations, units } from './words.ts'

/** Factors of one product, and signs after one factor: they make a deep tree without any bracket. */
const LONGEST_CHAIN = 500

export class Parser extends Cursor {
  /** The whole answer: parts between semicolons, of them those between commas. */
  answer(): Node {
    const groups = [this.list()]
    while (this.eat(';')) groups.push(this.list())
    if (this.at < this.tokens.length) throw new Unreadable(`cannot read on at "${this.tokens[this.at].text}"`)
    if (groups.length === 1) return groups[0].length === 1 ? groups[0][0] : { is: 'list', of: groups[0] }
    const tuple = (of: Node[]): Node => (of.length === 1 ? of[0] : { is: 'bracket', open: '(', close: ')', of })
    return { is: 'list', of: groups.map(tuple) }
  }

  private list(): Node[] {
    const items = [this.relation()]
    while (this.separator()) {
      if (this.at >= this.tokens.length) break
      items.push(this.relation())
    }
    return items
  }

  /** A comma, "and", "or", or several of them. */
  private separator(): boolean {
    let found = false
    for (;;) {
      const t = this.tokens[this.at]
      const joins =
        t !== undefined &&
        ((t.is === 'mark' && t.text === ',') ||
          (t.is === 'command' && (t.text === 'lor' || t.text === 'land' || t.text === 'vee')) ||
          ((t.is === 'word' || t.is === 'text') && conjunctions.test(t.text.replace(/^[,\s]+|[,\s]+$/g, ''))))
      if (!joins) return found
      found = true
      this.at++
    }
  }

  private relation(): Node {
    const of = [this.union()]
    const by: Relation[] = []
    for (let r = this.relationHere(); r; r = this.relationHere()) {
      this.at++
      by.push(r)
      of.push(this.union())
    }
    return by.length === 0 ? of[0] : { is: 'relation', of, by }
  }

  private relationHere(): Relation | undefined {
    const t = this.tokens[this.at]
    if (t?.is === 'command' && t.text === 'colon') return undefined
    return t && (t.is === 'mark' || t.is === 'command') && Object.hasOwn(relations, t.text)
      ? relations[t.text]
      : undefined
  }

  private union(): Node {
    const of = [this.ratio()]
    while (this.eatCommand('cup')) of.push(this.ratio())
    return of.length === 1 ? of[0] : { is: 'union', of }
  }

  private ratio(): Node {
    const left = this.sum()
    if (!this.eat(':') && !this.eatCommand('colon')) return left
    return { is: 'ratio', left, right: this.sum() }
  }

  private sum(): Node {
    this.deeper()
    const of: Node[] = []
    let sign = this.sign()
    do {
      const term = this.product()
      of.push(sign === '-' ? { is: 'negate', of: term } : sign === '±' ? { is: 'either-sign', of: term } : term)
      sign = this.sign()
    } while (sign)
    this.depth--
    return of.length === 1 ? of[0] : { is: 'add', of }
  }

  /** Signs in a row are one. */
  private sign(): '+' | '-' | '±' | undefined {
    let sign: '+' | '-' | '±' | undefined
    for (;;) {
      if (this.eat('+')) sign ??= '+'
      else if (this.eat('-')) sign = sign === '-' ? '+' : '-'
      else if (this.eatCommand('pm') || this.eatCommand('mp')) sign = '±'
      else return sign
    }
  }

  private product(): Node {
    let left = this.factor()
    for (let length = 1; ; length++) {
      if (length > LONGEST_CHAIN) throw new Unreadable('has too many factors')
      if (this.eat('*') || this.eatCommand('cdot') || this.eatCommand('times') || this.eatCommand('cdotp'))
        left = { is: 'multiply', of: [left, this.signed()] }
      else if (this.eat('/') || this.eatCommand('div')) left = { is: 'divide', left, right: this.signed() }
      else if (this.unit()) continue
      else if (this.mixedNumber(left)) left = { is: 'add', of: [left, this.fractionHere()] }
      else if (this.startsFactor()) left = this.joined(left, this.factor())
      else return left
    }
  }

  /** `1 1/2` */
  private mixedNumber(left: Node): boolean {
    const [top, slash, bottom] = this.tokens.slice(this.at, this.at + 3)
    return left.is === 'number' && top?.is === 'number' && slash?.text === '/' && bottom?.is === 'number'
  }

  private fractionHere(): Node {
    const [left, right] = [this.atom(), this.eat('/') && this.atom()]
    return right ? { is: 'divide', left, right } : left
  }

  private signed(): Node {
    const sign = this.sign()
    const of = this.factor()
    return sign === '-' ? { is: 'negate', of } : of
  }

  /** Side by side: a mixed number, else a product. */
  private joined(left: Node, right: Node): Node {
    const fraction = right.is === 'divide' && right.left.is === 'number' && right.right.is === 'number'
    const mixed = left.is === 'number' && left.digits === 0 && fraction
    return mixed ? { is: 'add', of: [left, right] } : { is: 'multiply', of: [left, right] }
  }

  /** A word that says what is counted, with its power: `cm^2`, `\text{ miles}`. */
  private unit(): boolean {
    const t = this.tokens[this.at]
    const before = this.tokens[this.at - 1]
    const after =
      before?.is === 'number' ||
      (before?.is === 'mark' && /[)}\]]/.test(before.text)) ||
      before?.is === 'command' ||
      before?.is === 'text'
    if (!after || !t) return false
    const isUnit =
      (t.is === 'text' && !conjunctions.test(t.text) && !percents.test(t.text)) ||
      (t.is === 'word' && t.text.length > 1 && units.test(t.text))
    if (!isUnit) return false
    this.at++
    if (this.eat('^')) this.argument()
    return true
  }

  private startsFactor(): boolean {
    const t = this.tokens[this.at]
    if (!t) return false
    if (t.is === 'number') return true
    if (t.is === 'word') return !conjunctions.test(t.text)
    if (t.is === 'text') return false
    if (t.is === 'mark') return t.text === '(' || t.text === '{' || t.text === '['
    return (
      /^(?:frac|sqrt|pi|binom|lfloor|lceil|sum|prod|int|begin|\{)$/.test(t.text) ||
      functions.has(t.text) ||
      greek.test(t.text)
    )
  }

  private factor(): Node {
    this.deeper()
    let node = this.atom()
    for (let length = 1; ; length++) {
      if (length > LONGEST_CHAIN) throw new Unreadable('has too many powers')
      if (this.eat('^') || this.eat('**')) node = { is: 'power', left: node, right: this.argument() }
      else if (this.eat('!')) node = { is: 'factorial', of: node }
      else if (this.eatCommand('%') || this.percentWord()) node = { is: 'percent', of: node }
      else if (this.eat("'")) node = { is: 'call', name: "'", of: [node] }
      else break
    }
    this.depth--
    return node
  }

  private percentWord(): boolean {
    const t = this.tokens[this.at]
    if (t?.is === 'mark' && t.text === '\\' && this.tokens[this.at + 1]?.text === '%') this.at++
    else if (t && (t.is === 'word' || t.is === 'text') && percents.test(t.text)) {
      this.at++
      return true
    }
    return this.eat('%')
  }

  private atom(): Node {
    const t = this.tokens[this.at++]
    if (!t) throw new Unreadable('ends too early')
    if (t.is === 'number') return this.base(numberOf(t.text, t.more))
    if (t.is === 'text') return { is: 'symbol', name: wordOf(t.text) }
    if (t.is === 'word') return this.word(t.text)
    if (t.is === 'command') return this.command(t.text)
    if (t.text === '(' || t.text === '[') return this.bracket(t.text)
    if (t.text === '{') return this.braces('}')
    if (t.text === '|') return { is: 'call', name: 'abs', of: [this.until('|')] }
    throw new Unreadable(`cannot read "${t.text}"`)
  }

  /** `204_5` is a number in base 5. */
  private base(number: Node): Node {
    if (!this.eat('_')) return number
    const base = this.argument()
    if (number.is !== 'number' || base.is !== 'number' || base.top < 2n || base.top > 36n)
      return { is: 'call', name: '_', of: [number, base] }
    let value = 0n
    for (const digit of String(number.top)) value = value * base.top + BigInt(digit)
    return { is: 'number', top: value, bottom: 1n, digits: 0, more: false }
  }

  /** Letters: a function's name, or a product of one-letter symbols. */
  private word(text: string): Node {
    if (functions.has(text) || text === 'sqrt') return this.command(text)
    if (text === 'pi' || text === 'inf' || text === 'infinity')
      return { is: 'symbol', name: text === 'pi' ? 'pi' : 'infty' }
    if (text.length === 1) return this.named(text)
    const letters = [...text]
    const last = this.named(letters.pop()!)
    return { is: 'multiply', of: [...letters.map((name): Node => ({ is: 'symbol', name })), last] }
  }

  /** A symbol with its index. */
  private named(name: string): Node {
    if (!this.eat('_')) return { is: 'symbol', name }
    const from = this.at
    this.argument()
    const index = this.tokens.slice(from, this.at).map((t) => t.text)
    return { is: 'symbol', name: `${name}_${index.filter((t) => t !== '{' && t !== '}').join('')}` }
  }

  private command(text: string): Node {
    if (text === 'frac') {
      const left = this.argument()
      return { is: 'divide', left, right: this.argument() }
    }
    if (text === 'sqrt') {
      const root = this.eat('[') ? this.until(']') : whole(2)
      return { is: 'power', left: this.argument(), right: { is: 'divide', left: whole(1), right: root } }
    }
    if (text === 'boxed' || text === 'overline' || text === 'vec' || text === 'mathbf') return this.argument()
    if (text === 'binom') return { is: 'call', name: 'binom', of: [this.argument(), this.argument()] }
    if (text === '{') return this.braces('}', true)
    if (text === '|') return { is: 'call', name: 'abs', of: [this.until('|', true)] }
    if (text === 'lfloor') return { is: 'call', name: 'floor', of: [this.until('rfloor', true)] }
    if (text === 'lceil') return { is: 'call', name: 'ceil', of: [this.until('rceil', true)] }
    if (text === 'begin') return this.matrix()
    if (text === 'pi' || text === 'infty' || greek.test(text)) return this.named(text)
    if (text === 'emptyset' || text === 'varnothing') return { is: 'set', of: [] }
    if (text === 'sum' || text === 'prod' || text === 'int') return this.overIndex(text)
    if (functions.has(text)) return this.functionOf(text)
    // an unknown command is a name
    if (/^[a-zA-Z]+$/.test(text) && !Object.hasOwn(relations, text)) return { is: 'symbol', name: `\\${text}` }
    throw new Unreadable(`cannot read "\\${text}"`)
  }

  private functionOf(name: string): Node {
    const base = this.eat('_') ? [this.argument()] : []
    const power = this.eat('^') ? this.argument() : undefined
    const t = this.tokens[this.at]
    let of: Node[]
    if (t?.is === 'mark' && t.text === '(') {
      this.at++
      const inner = this.bracket('(')
      of = inner.is === 'bracket' ? inner.of : [inner]
    } else of = [this.argumentOfFunction()]
    const call: Node = { is: 'call', name, of: [...of, ...base] }
    return power ? { is: 'power', left: call, right: power } : call
  }

  /** `\sin 2x`: what stands side by side belongs to the function, another function does not. */
  private argumentOfFunction(): Node {
    let node = this.factor()
    for (let length = 1; ; length++) {
      if (length > LONGEST_CHAIN) throw new Unreadable('has too many factors')
      const t = this.tokens[this.at]
      const ends = !t || (t.is === 'command' && functions.has(t.text)) || (t.is === 'word' && functions.has(t.text))
      if (ends || t.is === 'text' || !this.startsFactor()) return node
      node = { is: 'multiply', of: [node, this.factor()] }
    }
  }

  /** A sum, product or integral with its bounds: a function of what stands in it. */
  private overIndex(name: string): Node {
    const of: Node[] = []
    for (let i = 0; i < 2; i++) {
      if (this.eat('_')) of.push(this.argument())
      else if (this.eat('^')) of.push(this.argument())
    }
    of.push(this.product())
    return { is: 'call', name, of: of.flatMap((node) => (node.is === 'relation' ? node.of : [node])) }
  }

  /** What a command or `^` takes: braces, else one digit, letter or command. */
  private argument(): Node {
    if (this.eat('{')) return this.braces('}')
    const t = this.tokens[this.at]
    if (t?.is === 'mark' && (t.text === '-' || t.text === '+')) {
      this.at++
      const of = this.argument()
      return t.text === '-' ? { is: 'negate', of } : of
    }
    if (t?.is === 'number' && t.text.length > 1 && this.inLatex()) {
      this.tokens.splice(this.at, 1, { ...t, text: t.text[0], more: false }, { ...t, text: t.text.slice(1) })
    } else if (t?.is === 'word' && t.text.length > 1 && !functions.has(t.text)) {
      this.tokens.splice(this.at, 1, { ...t, text: t.text[0] }, { ...t, text: t.text.slice(1) })
    }
    if (t?.is === 'mark' && t.text === '(') return this.factor()
    this.deeper()
    const node = this.atom()
    this.depth--
    return node
  }

  /** After `\frac` and `\sqrt` only one digit is taken; after `^` a plain number is taken whole if it ends the answer's word. */
  private inLatex(): boolean {
    const before = this.tokens[this.at - 1]
    return before?.is === 'command' || before?.is === 'number' || (before?.is === 'mark' && before.text === '}')
  }

  private bracket(open: '(' | '['): Node {
    this.deeper()
    if (this.eat(')') || this.eat(']')) throw new Unreadable('has empty brackets')
    const of = this.list()
    while (this.eat(';')) of.push(...this.list())
    const close = this.eat(')') ? ')' : this.eat(']') ? ']' : undefined
    this.depth--
    if (!close) throw new Unreadable('has a bracket that is not closed')
    const single = of.length === 1 && open === '(' && close === ')'
    return single || (of.length === 1 && of[0].is === 'matrix') ? of[0] : { is: 'bracket', open, close, of }
  }

  /** Escaped braces are a set; plain ones hold things together. */
  private braces(close: string, set = false): Node {
    this.deeper()
    if (set && this.eatCommand('}')) {
      this.depth--
      return { is: 'set', of: [] }
    }
    const of = this.list()
    while (this.eat(';')) of.push(...this.list())
    if (!(set ? this.eatCommand('}') : this.eat(close))) throw new Unreadable('has a brace that is not closed')
    this.depth--
    if (set) return { is: 'set', of }
    return of.length === 1 ? of[0] : { is: 'list', of }
  }

  private until(close: string, command = false): Node {
    this.deeper()
    const node = this.sum()
    if (!(command ? this.eatCommand(close) : this.eat(close))) throw new Unreadable(`has no closing "${close}"`)
    this.depth--
    return node
  }

  private matrix(): Node {
    const name = this.environment()
    if (!/matrix|array/.test(name)) throw new Unreadable(`cannot read "${name}"`)
    if (name === 'array' && this.eat('{')) while (this.at < this.tokens.length && !this.eat('}')) this.at++
    const rows: Node[][] = [[]]
    while (!this.eatCommand('end')) {
      if (this.at >= this.tokens.length) throw new Unreadable('has a matrix that is not closed')
      if (this.eatCommand('newrow')) rows.push([])
      else if (!this.eat('&')) rows.at(-1)!.push(this.sum())
    }
    this.environment()
    const filled = rows.filter((row) => row.length > 0)
    if (filled.some((row) => row.length !== filled[0].length)) throw new Unreadable('has a matrix with uneven rows')
    return { is: 'matrix', rows: filled }
  }

  private environment(): string {
    let name = ''
    if (!this.eat('{')) throw new Unreadable('has an environment without a name')
    while (this.at < this.tokens.length && !this.eat('}')) name += this.tokens[this.at++].text
    return name
  }
}

function numberOf(text: string, more: boolean): Node {
  const [integer, decimals = ''] = text.split('.')
  const digits = decimals.length
  return { is: 'number', top: BigInt(`${integer}${decimals}` || '0'), bottom: 10n ** BigInt(digits), digits, more }
}

/** A word as a name: `(C)` is C, `Evelyn ` is evelyn. */
export const wordOf = (text: string) => text.replace(/^[\s("'.]+|[\s)"'.]+$/g, '')
