/** The rewards once more, as plainly as they can be said and without regard to speed: what the real ones are held against. */

/** What stands after the thinking; undefined where it is not closed. */
function afterThinking(text: string): string | undefined {
  const parts = text.split('</think>')
  return parts.at(-1)!.includes('<think>') ? undefined : parts.at(-1)
}

/** 1 if exactly one answer tag after the thinking holds this whole number. */
export function accuracy(text: string, answer: number): number {
  const after = afterThinking(text) ?? ''
  const inside =
    /^(?:(?!<answer>)[\s\S])*<answer>((?:(?!<\/?answer>)[\s\S])*)<\/answer>((?:(?!<\/?answer>)[\s\S])*)$/.exec(
      after,
    )?.[1]
  const number = inside && /^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.0+)?$/.test(inside.trim())
  return number && Number(inside.replaceAll(',', '')) === answer ? 1 : 0
}

export function format(text: string, finished: boolean): number {
  const inner = '((?!</?(?:think|answer)>)[\\s\\S])*'
  const whole = new RegExp(`^\\s*<think>${inner}</think>\\s*<answer>(?!\\s*</answer>)${inner}</answer>\\s*$`)
  return finished && whole.test(text) ? 1 : 0
}

export function tagCount(text: string): number {
  const tags = ['<think>', '</think>', '<answer>', '</answer>']
  const places = tags.map((tag) => text.indexOf(tag))
  const good = tags.filter((tag, i) => {
    const once = text.split(tag).length === 2
    const inPlace = places.slice(0, i).every((before) => before < places[i])
    const last = tag !== '</answer>' || text.trimEnd().endsWith(tag)
    return once && inPlace && last
  })
  return good.length / 4
}

/** Yeo et al. 2025, with open-r1's ends. */
export function cosineLength(right: boolean, tokens: number, most: number): number {
  if (tokens >= most) return -1
  const [short, long] = right ? [1, 0.5] : [-1, -0.5]
  return long + ((short - long) * (1 + Math.cos((tokens / most) * Math.PI))) / 2
}

/** Kimi k1.5. */
export function kimiLength(right: boolean, tokens: number, all: readonly number[]): number {
  const [least, most] = [Math.min(...all), Math.max(...all)]
  if (least === most) return 0
  const lambda = 0.5 - (tokens - least) / (most - least)
  return right ? lambda : Math.min(0, lambda)
}

/** DAPO, equation 13, with a cache of a fifth. */
export function softOverlong(tokens: number, most: number): number {
  const cache = most / 5
  if (tokens <= most - cache) return 0
  return tokens <= most ? (most - cache - tokens) / cache : -1
}

export function repetition(words: readonly string[], n: number): number {
  const grams = words.slice(n - 1).map((_, i) => words.slice(i, i + n).join(' '))
  return grams.length === 0 ? 0 : new Set(grams).size / grams.length - 1
}
