/** Colours as people with a colour-vision deficiency see them, and how far apart two of them look. */

type Rgb = readonly [number, number, number]

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
export const deficiencies = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const
export type Deficiency = keyof typeof deficiencies

const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)

/** `#rrggbb` or `rgb(r g b)`. */
function channels(css: string): Rgb {
  const hex = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(css)
  const numbers = hex ? hex.slice(1).map((two) => Number.parseInt(two, 16)) : css.match(/\d+/g)!.map(Number)
  return numbers.slice(0, 3).map((value) => linear(value / 255)) as unknown as Rgb
}

/** OKLab (Ottosson 2020) of a colour as it is seen. */
export function seen(css: string, deficiency: Deficiency | null): Rgb {
  const plain = channels(css)
  const clamp = (value: number) => Math.min(1, Math.max(0, value))
  const [r, g, b] = deficiency
    ? deficiencies[deficiency].map((row) => clamp(row.reduce((sum, weight, i) => sum + weight * plain[i], 0)))
    : plain
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

/** Distance in OKLab; 0.02 is about what is just noticed side by side. */
export function apart(a: string, b: string, deficiency: Deficiency | null): number {
  const [one, other] = [seen(a, deficiency), seen(b, deficiency)]
  return Math.hypot(...one.map((value, i) => value - other[i]))
}
