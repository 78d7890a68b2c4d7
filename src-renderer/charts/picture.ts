/** A chart as a file: drawn anew in a size of its own, in the colours of the window. Loaded when it is first asked for. */
import { TitleComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { Palette } from '../app/palette.ts'
import { type Frame, frameFor } from './frame.ts'

use([TitleComponent, SVGRenderer])

/** px; a PNG has `density` dots for each of them. */
const width = 960
const height = 480
const density = 3
const room = 34

export interface Picture {
  title: string
  palette: Palette
  /** Makes the option of the chart for this frame and width. */
  option: (width: number, frame: Frame) => EChartsCoreOption
}

export function svg(picture: Picture): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption(titled(picture))
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

/** As a data URL. */
export function png(picture: Picture): string {
  const chart = init(document.createElement('canvas'), null, { renderer: 'canvas', width, height })
  try {
    chart.setOption(titled(picture))
    return chart.getDataURL({ type: 'png', pixelRatio: density, backgroundColor: picture.palette.panel })
  } finally {
    chart.dispose()
  }
}

function titled({ title, palette, option }: Picture): EChartsCoreOption {
  const plain = frameFor(20)
  const frame = { ...plain, top: plain.top + room, bottom: plain.bottom + 6, right: plain.right + 8 }
  const textStyle = { color: palette.ink, fontSize: 15, fontWeight: 600, fontFamily: 'Inter, system-ui, sans-serif' }
  return {
    ...option(width, frame),
    backgroundColor: palette.panel,
    title: { text: title, left: frame.left, top: 10, textStyle },
  }
}
