/**
 * Every colour of the window, once. A colour has one meaning everywhere: violet is the person's hand (steering, focus, primary
 * buttons), teal is held-out, blue is above the group's mean or right, orange is below it or wrong, red is an alert. Training
 * curves are drawn in plain ink. Blue and orange stay apart for every common kind of colour blindness, and never stand alone: a
 * sign, a mark or a word goes with them.
 */
export interface Palette {
  ground: string
  panel: string
  raised: string
  sunken: string
  line: string
  lineStrong: string
  ink: string
  ink2: string
  ink3: string
  steer: string
  steerSoft: string
  steerFill: string
  onSteer: string
  heldOut: string
  heldOutSoft: string
  above: string
  aboveSoft: string
  below: string
  belowSoft: string
  alert: string
  alertSoft: string
  live: string
  caution: string
  cautionSoft: string
  /** Ends and middle of the diverging scale of advantages. */
  scaleLow: string
  scaleMiddle: string
  scaleHigh: string
  hatch: string
}

export const palettes: Record<'dark' | 'light', Palette> = {
  dark: {
    ground: '#0b0d11',
    panel: '#12151b',
    raised: '#191d25',
    sunken: '#0e1116',
    line: '#222731',
    lineStrong: '#363d4a',
    ink: '#e9ecf2',
    ink2: '#aab2c0',
    ink3: '#8590a1',
    steer: '#b4a0ff',
    steerSoft: '#2a2447',
    steerFill: '#7456f1',
    onSteer: '#ffffff',
    heldOut: '#35d0b0',
    heldOutSoft: '#12332f',
    above: '#6db1ff',
    aboveSoft: '#14304f',
    below: '#f59a4c',
    belowSoft: '#43290f',
    alert: '#ff7a86',
    alertSoft: '#451a22',
    live: '#57d38c',
    caution: '#edc453',
    cautionSoft: '#3a2f10',
    scaleLow: '#f0903a',
    scaleMiddle: '#1f242d',
    scaleHigh: '#4f9df5',
    hatch: '#3a4250',
  },
  light: {
    ground: '#f2f3f6',
    panel: '#ffffff',
    raised: '#f7f8fa',
    sunken: '#f5f6f8',
    line: '#e2e5ea',
    lineStrong: '#c5cbd5',
    ink: '#12161d',
    ink2: '#454f5d',
    ink3: '#5f6a79',
    steer: '#5b3fd6',
    steerSoft: '#ece7ff',
    steerFill: '#5f43de',
    onSteer: '#ffffff',
    heldOut: '#067a67',
    heldOutSoft: '#d9f3ee',
    above: '#1763b8',
    aboveSoft: '#deecfb',
    below: '#a84a05',
    belowSoft: '#fce8d6',
    alert: '#bd1f37',
    alertSoft: '#fde4e7',
    live: '#15803d',
    caution: '#8a6100',
    cautionSoft: '#fbf0cf',
    scaleLow: '#d57200',
    scaleMiddle: '#eceef2',
    scaleHigh: '#1d6fcb',
    hatch: '#c3c9d3',
  },
}

/**
 * Lines of runs laid over one another, in the order of the runs: Okabe and Ito's colours, moved until the nearest two are 0.05 apart in OKLab for
 * every common kind of colour blindness, and dark or light enough for text. The first is the ink of a single run's curves.
 */
export const seriesColours: Record<'dark' | 'light', readonly string[]> = {
  dark: ['#e9ecf2', '#62b6e4', '#fab303', '#04dbb0', '#ce8eb2', '#f1e23b', '#ff8f5e', '#8893f7'],
  light: ['#12161d', '#0074b3', '#a96600', '#137550', '#a83e7d', '#745d00', '#ba3741', '#4849c8'],
}

export type Scheme = keyof typeof palettes

/** `--ground`, `--ink-2`, … for the style sheets. */
export function cssVariables(palette: Palette): Record<`--${string}`, string> {
  return Object.fromEntries(
    Object.entries(palette).map(([name, value]) => [
      `--${name.replace(/([A-Z]|\d)/g, (c) => `-${c.toLowerCase()}`)}`,
      value,
    ]),
  )
}

type Rgb = [number, number, number]
const rgb = (hex: string): Rgb => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255) as Rgb
const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
const gamma = (c: number) => (c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055)

/** sRGB to OKLab (Ottosson 2020), where equal distances look equal. */
function oklab(hex: string): Rgb {
  const [r, g, b] = rgb(hex).map(linear)
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

function css([L, a, b]: Rgb): string {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((c) => Math.round(255 * Math.min(1, Math.max(0, gamma(Math.max(0, c))))))
  return `rgb(${channels.join(' ')})`
}

const mixed = (a: Rgb, b: Rgb, t: number): Rgb => [0, 1, 2].map((i) => a[i] + (b[i] - a[i]) * t) as Rgb

/** A diverging scale centred on zero: −limit is `scaleLow`, 0 `scaleMiddle`, +limit `scaleHigh`; beyond is clamped. */
export function divergingScale(palette: Palette, limit: number): (value: number) => string {
  const [low, middle, high] = [palette.scaleLow, palette.scaleMiddle, palette.scaleHigh].map(oklab)
  const table = Array.from({ length: 129 }, (_, i) => {
    const t = (i - 64) / 64
    return css(mixed(middle, t < 0 ? low : high, Math.abs(t)))
  })
  return (value) => table[Math.round(64 + 64 * Math.min(1, Math.max(-1, value / limit)))]
}
