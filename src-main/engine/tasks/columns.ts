/**
 * Arithmetic as it is done on paper, one column at a time from the right, in steps a small model can learn: facts of one digit, the carry
 * or borrow added to the column it goes to. Addition and subtraction end in the digits that the columns show; a product is worked out from
 * digit products.
 */
import type { Step } from './arithmetic.ts'

/** The column steps of an operation, without its result: `75+73` gives `5+3=8,7+7=14`. */
export function columns({ left, operator, right }: Omit<Step, 'value'>): string {
  if (operator === '+') return addition(left, right)
  return operator === '-' ? subtraction(left, right) : multiplication(left, right)
}

/** `99+148`: `9+8=17,9+4+1=14,1+1=2`. */
function addition(left: number, right: number): string {
  const [a, b] = [digits(left), digits(right)]
  const steps: string[] = []
  let carry = 0
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const terms = [a[i], b[i], carry || undefined].filter((term) => term !== undefined)
    const sum = terms.reduce((total, term) => total + term, 0)
    steps.push(`${terms.join('+')}=${sum}`)
    carry = sum > 9 ? 1 : 0
  }
  return steps.join(',')
}

/** `83-47`: `13-7=6,8-4-1=3`; the smaller number below. */
function subtraction(left: number, right: number): string {
  const [a, b] = [digits(left), digits(right)]
  const steps: string[] = []
  let borrow = 0
  a.forEach((digit, i) => {
    const below = b[i] ?? 0
    const top = digit < below + borrow ? digit + 10 : digit
    const terms = [top, b[i], borrow || undefined].filter((term) => term !== undefined)
    steps.push(`${terms.join('-')}=${top - below - borrow}`)
    borrow = top > 9 ? 1 : 0
  })
  return steps.join(',')
}

/** `34*7`: `4*7=28,3*7=21,21+2=23`: the last digit of 28 after 23 is 238. */
function multiplication(left: number, right: number): string {
  const steps: string[] = []
  let carry = 0
  for (const digit of digits(left)) {
    const product = digit * right
    steps.push(`${digit}*${right}=${product}`)
    if (carry > 0) steps.push(`${product}+${carry}=${product + carry}`)
    carry = Math.floor((product + carry) / 10)
  }
  return steps.join(',')
}

/** From the ones upwards. */
function digits(n: number): number[] {
  return [...String(n)].reverse().map(Number)
}
