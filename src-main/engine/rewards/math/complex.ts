/** Complex arithmetic in doubles: roots and logarithms of negative numbers have values too. */

export interface Complex {
  re: number
  im: number
}

export const real = (re: number): Complex => ({ re, im: 0 })
export const add = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im })
export const negate = (a: Complex): Complex => ({ re: -a.re, im: -a.im })
export const multiply = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
})
export const absolute = (a: Complex): number => Math.hypot(a.re, a.im)

export function divide(a: Complex, b: Complex): Complex {
  if (b.im === 0) return { re: a.re / b.re, im: a.im / b.re }
  const square = b.re * b.re + b.im * b.im
  return { re: (a.re * b.re + a.im * b.im) / square, im: (a.im * b.re - a.re * b.im) / square }
}

export function exp(a: Complex): Complex {
  const size = Math.exp(a.re)
  return a.im === 0 ? real(size) : { re: size * Math.cos(a.im), im: size * Math.sin(a.im) }
}

export const log = (a: Complex): Complex => ({ re: Math.log(absolute(a)), im: Math.atan2(a.im, a.re) })

export function power(a: Complex, b: Complex): Complex {
  if (a.im === 0 && b.im === 0) {
    if (a.re >= 0 || Number.isInteger(b.re)) return real(a.re ** b.re)
    // an odd root of a negative number is the real one, as people write it
    for (const root of [3, 5, 7]) {
      const steps = Math.round(b.re * root)
      if (Math.abs(b.re * root - steps) < 1e-12) return real((steps % 2 === 0 ? 1 : -1) * (-a.re) ** b.re)
    }
  }
  return absolute(a) === 0 ? real(0) : exp(multiply(b, log(a)))
}

const i: Complex = { re: 0, im: 1 }

export function sin(a: Complex): Complex {
  if (a.im === 0) return real(Math.sin(a.re))
  return { re: Math.sin(a.re) * Math.cosh(a.im), im: Math.cos(a.re) * Math.sinh(a.im) }
}

export function cos(a: Complex): Complex {
  if (a.im === 0) return real(Math.cos(a.re))
  return { re: Math.cos(a.re) * Math.cosh(a.im), im: -Math.sin(a.re) * Math.sinh(a.im) }
}

/** −i log(iz + √(1 − z²)) */
export function arcsin(a: Complex): Complex {
  if (a.im === 0 && Math.abs(a.re) <= 1) return real(Math.asin(a.re))
  const root = power(add(real(1), negate(multiply(a, a))), real(0.5))
  return negate(multiply(i, log(add(multiply(i, a), root))))
}
