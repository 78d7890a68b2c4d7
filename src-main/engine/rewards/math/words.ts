/** The words and commands that answers are made of, and what they mean. */
import type { Relation } from './tree.ts'

export const relations: Record<string, Relation> = {
  '=': '=',
  '==': '=',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '!=': '!=',
  le: '<=',
  leq: '<=',
  leqslant: '<=',
  ge: '>=',
  geq: '>=',
  geqslant: '>=',
  lt: '<',
  gt: '>',
  ne: '!=',
  neq: '!=',
  in: 'in',
  approx: '~',
  simeq: '~',
  equiv: '=',
}

export const functions = new Set(
  'sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log exp lg min max gcd lcm det'.split(' '),
)
export const greek =
  /^(?:alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|rho|sigma|tau|phi|varphi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Sigma|Phi|Psi|Omega|ell|hbar)$/
export const units =
  /^(?:cm|mm|km|m|ft|in|inch|inches|feet|miles|mile|meters|metres|seconds|minutes|hours|hour|days|years|kg|g|mg|lb|lbs|liters|degrees|degree|units?|square|cubic|dollars|cents|yuan|mph|points|rad|radians)$/i
export const conjunctions = /^(?:and|or)$/i
export const percents = /^(?:percent|percentage|pct)$/i
