/** A model's output taken apart as text: what it thought, what it answered, and what it wrote outside the form. */

export interface Response {
  before: string
  /** null: no think tag was opened. */
  think: string | null
  thinkClosed: boolean
  between: string
  answer: string | null
  answerClosed: boolean
  rest: string
}

export function parseResponse(text: string): Response {
  const response: Response = {
    before: '',
    think: null,
    thinkClosed: false,
    between: '',
    answer: null,
    answerClosed: false,
    rest: '',
  }
  let tail = text
  const open = tail.indexOf('<think>')
  const firstAnswer = tail.indexOf('<answer>')
  if (open >= 0 && (firstAnswer < 0 || open < firstAnswer)) {
    response.before = tail.slice(0, open)
    tail = tail.slice(open + '<think>'.length)
    const close = tail.indexOf('</think>')
    const answer = tail.indexOf('<answer>')
    if (close >= 0 && (answer < 0 || close < answer)) {
      response.think = tail.slice(0, close)
      response.thinkClosed = true
      tail = tail.slice(close + '</think>'.length)
    } else {
      const end = answer >= 0 ? answer : tail.length
      response.think = tail.slice(0, end)
      tail = tail.slice(end)
    }
  }
  const answer = tail.indexOf('<answer>')
  if (answer < 0) {
    if (response.think === null) response.before = tail
    else response.rest = tail
    return response
  }
  if (response.think === null) response.before = tail.slice(0, answer)
  else response.between = tail.slice(0, answer)
  tail = tail.slice(answer + '<answer>'.length)
  const close = tail.indexOf('</answer>')
  response.answerClosed = close >= 0
  response.answer = close >= 0 ? tail.slice(0, close) : tail
  response.rest = close >= 0 ? tail.slice(close + '</answer>'.length) : ''
  return response
}
