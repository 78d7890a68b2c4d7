/** Texts of a megabyte that try to make a reward slow, by what they are. */
const megabyte = (unit: string) => unit.repeat(Math.ceil(1_000_000 / unit.length))

export const hostileTexts: Record<string, string> = {
  'open tags': megabyte('<think>'),
  'closing tags': megabyte('</think></answer>'),
  'nested answers': megabyte('<answer>'),
  'whole answers': megabyte('<think></think><answer>219</answer>'),
  'half tags': megabyte('<thin<answe</thin'),
  'a long answer': `<think></think><answer>${megabyte('9')}</answer>`,
  'a long almost-number': `<think></think><answer>${megabyte('9')}x</answer>`,
  'a long fraction': `<think></think><answer>1.${megabyte('0')}1</answer>`,
  'thousands without end': `<think></think><answer>1${megabyte(',000')},</answer>`,
  'a long answer of blanks': `<think></think><answer>${megabyte(' ')}.</answer>`,
  'open formulas': megabyte('\\[\\('),
  'dollar signs': megabyte('$ `\n'),
  words: `<think>${megabyte('the sum of die Summe ')}</think>`,
  'one word': megabyte('a'),
  'different words': `<think>${Array.from({ length: 150_000 }, (_, i) => i.toString(36)).join(' ')}`,
  Chinese: megabyte('我们需要'),
  'open boxes': megabyte('\\boxed{'),
  'a long right answer': `<think>${megabyte('wait')}</think><answer>${megabyte('0')}219</answer>`,
}
