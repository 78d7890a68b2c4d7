/** What set-up tells the person: lines on stderr (stdout belongs to results), with progress in place where there is a terminal. */

/** A step that cannot be done. `message` is one line: what is missing, what that costs, what happens instead. */
export class SetupProblem extends Error {
  constructor(missing, cost, instead) {
    super(`${missing}. ${cost}; ${instead}.`)
    this.missing = missing
    this.name = 'SetupProblem'
  }
}

export function bytes(count) {
  const units = ['B', 'kB', 'MB', 'GB']
  let unit = 0
  let value = count
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** @param {NodeJS.WritableStream & {isTTY?: boolean, columns?: number}} stream */
export function createReport(stream = process.stderr, now = Date.now) {
  let open = false
  let lastShown = 0

  function line(text) {
    if (open) stream.write('\r\x1b[K')
    open = false
    if (!stream.isTTY) lastShown = now() // progress is worth a line of its own only when it takes long
    stream.write(`${text}\n`)
  }

  return {
    line,
    /** One line that says what could not be done, what it costs and what happens instead. */
    problem: (problem) => line(`! ${problem.message}`),
    /** Progress of one step: replaced in place in a terminal; elsewhere a line every ten seconds, so that a log stays short. */
    progress(text) {
      const interval = stream.isTTY ? 100 : 10_000
      if (now() - lastShown < interval) return
      lastShown = now()
      if (!stream.isTTY) return line(text)
      stream.write(`\r\x1b[K${text.slice(0, (stream.columns || 80) - 1)}`)
      open = true
    },
  }
}
