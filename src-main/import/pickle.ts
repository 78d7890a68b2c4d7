/**
 * Reads what Python's pickle wrote (protocol 2 and up, as torch saves arguments), as plain values. Nothing is called: an object becomes the record of
 * its attributes, an enum the value that it was made of, and whatever else there may be `null`.
 */

/** Stands for a class or function by its name, and for what was made of it. */
class Named {
  readonly name: string
  readonly args: readonly unknown[]
  state: unknown = null
  constructor(name: string, args: readonly unknown[] = []) {
    this.name = name
    this.args = args
  }
}

const mark = Symbol('mark')

/** @throws Error for an opcode that is not known, and for what ends too early */
export function unpickle(bytes: Buffer): unknown {
  const stack: unknown[] = []
  const memo = new Map<number, unknown>()
  let at = 0
  const take = (count: number) => {
    if (at + count > bytes.length) throw new Error('it ends too early')
    at += count
    return at - count
  }
  const line = () => {
    const end = bytes.indexOf(10, at)
    if (end < 0) throw new Error('it ends too early')
    const text = bytes.toString('utf8', at, end)
    at = end + 1
    return text
  }
  const text = (length: number) => {
    const from = take(length)
    return bytes.toString('utf8', from, from + length)
  }
  const pop = () => stack.pop()
  const toMark = () => stack.splice(stack.lastIndexOf(mark)).slice(1)
  const set = (into: unknown, items: readonly unknown[]) => {
    if (into instanceof Map) for (let i = 0; i + 1 < items.length; i += 2) into.set(items[i], items[i + 1])
  }
  const add = (items: readonly unknown[]) => {
    const into = stack.at(-1)
    if (Array.isArray(into)) into.push(...items)
    else if (into instanceof Set) for (const item of items) into.add(item)
  }
  const make = (of: unknown, args: unknown) =>
    new Named(of instanceof Named ? of.name : '', Array.isArray(args) ? args : [])

  for (;;) {
    const code = String.fromCharCode(bytes[take(1)])
    switch (code) {
      case '\x80':
        take(1)
        break
      case '\x95':
        take(8)
        break
      case '.':
        return plain(pop())
      case '(':
        stack.push(mark)
        break
      case '0':
        pop()
        break
      case '2':
        stack.push(stack.at(-1))
        break
      case 'N':
        stack.push(null)
        break
      case '\x88':
        stack.push(true)
        break
      case '\x89':
        stack.push(false)
        break
      case 'K':
        stack.push(bytes[take(1)])
        break
      case 'M':
        stack.push(bytes.readUInt16LE(take(2)))
        break
      case 'J':
        stack.push(bytes.readInt32LE(take(4)))
        break
      case '\x8a': {
        const length = bytes[take(1)]
        stack.push(littleEndian(bytes.subarray(take(length), at)))
        break
      }
      case 'G':
        stack.push(bytes.readDoubleBE(take(8)))
        break
      case 'X':
        stack.push(text(bytes.readUInt32LE(take(4))))
        break
      case '\x8c':
        stack.push(text(bytes[take(1)]))
        break
      case 'U':
        stack.push(text(bytes[take(1)]))
        break
      case 'C':
        stack.push(text(bytes[take(1)]))
        break
      case ']':
        stack.push([])
        break
      case '}':
        stack.push(new Map())
        break
      case '\x8f':
        stack.push(new Set())
        break
      case ')':
        stack.push([])
        break
      case 't':
        stack.push(toMark())
        break
      case '\x85':
        stack.push([pop()])
        break
      case '\x86':
        stack.push(stack.splice(-2))
        break
      case '\x87':
        stack.push(stack.splice(-3))
        break
      case 'a':
        add([pop()])
        break
      case 'e':
      case '\x90':
        add(toMark())
        break
      case 's': {
        const [key, value] = stack.splice(-2)
        set(stack.at(-1), [key, value])
        break
      }
      case 'u': {
        const items = toMark()
        set(stack.at(-1), items)
        break
      }
      case 'c': {
        const module = line()
        stack.push(new Named(`${module}.${line()}`))
        break
      }
      case '\x93': {
        const [module, name] = stack.splice(-2)
        stack.push(new Named(`${module}.${name}`))
        break
      }
      case 'R':
      case '\x81': {
        const [of, args] = stack.splice(-2)
        stack.push(make(of, args))
        break
      }
      case 'b': {
        const state = pop()
        const made = stack.at(-1)
        if (made instanceof Named) made.state = state
        break
      }
      case 'Q':
        pop()
        stack.push(null)
        break
      case 'q':
        memo.set(bytes[take(1)], stack.at(-1))
        break
      case 'r':
        memo.set(bytes.readUInt32LE(take(4)), stack.at(-1))
        break
      case '\x94':
        memo.set(memo.size, stack.at(-1))
        break
      case 'h':
        stack.push(memo.get(bytes[take(1)]))
        break
      case 'j':
        stack.push(memo.get(bytes.readUInt32LE(take(4))))
        break
      default:
        throw new Error(`opcode 0x${bytes[at - 1].toString(16)} at byte ${at - 1} is not known`)
    }
  }
}

/** Two's complement. */
function littleEndian(bytes: Buffer): number {
  const value = [...bytes].reduceRight((sum, byte) => sum * 256 + byte, 0)
  return (bytes.at(-1) ?? 0) & 0x80 ? value - 256 ** bytes.length : value
}

function plain(value: unknown, depth = 0): unknown {
  if (depth > 30) return null
  const deeper = (one: unknown) => plain(one, depth + 1)
  if (Array.isArray(value)) return value.map(deeper)
  if (value instanceof Set) return [...value].map(deeper)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [String(key), deeper(one)]))
  if (!(value instanceof Named)) return value ?? null
  if (value.state !== null) return deeper(value.state)
  const [only, ...more] = value.args
  return more.length === 0 && (typeof only === 'string' || typeof only === 'number') ? only : null
}
