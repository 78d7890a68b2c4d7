/** The only component that touches ECharts. It draws; what the pointer does is told to the owner in pixels. */
import { CustomChart, LineChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { type EChartsCoreOption, type EChartsType, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { memo, useCallback, useEffect, useRef } from 'react'
import { drawNever, drawNext, drawSoon } from './queue.ts'

use([LineChart, CustomChart, GridComponent, CanvasRenderer])

export interface ChartProps {
  /** What is drawn, in words; the figures themselves are beside the chart. */
  label: string
  /** Makes the option for a width in px; a new function draws anew. */
  build: (width: number) => EChartsCoreOption
  /** Calls back when what `build` reads has changed in place; returns how to stop. */
  onChange: (changed: () => void) => () => void
  className?: string
}

function begun(host: HTMLDivElement, width: number, height: number): EChartsType {
  const chart = init(host, null, { renderer: 'canvas', width, height })
  // the owner hears the pointer: ECharts would have the page measured at each of its moves
  const root = host.firstElementChild as HTMLElement
  root.style.pointerEvents = 'none'
  return chart
}

export const Chart = memo(function Chart({ label, build, onChange, className }: ChartProps) {
  const element = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType | null>(null)
  const latest = useRef(build)
  const inSight = useRef(false)

  const draw = useCallback(() => {
    const host = element.current
    if (!host || !inSight.current || host.clientWidth === 0 || host.clientHeight === 0) return
    const { clientWidth: width, clientHeight: height } = host
    chart.current ??= begun(host, width, height)
    const drawn = chart.current
    if (drawn.getWidth() !== width || drawn.getHeight() !== height) drawn.resize({ width, height, silent: true })
    drawn.setOption(latest.current(width), { replaceMerge: ['series'], silent: true })
  }, [])

  useEffect(() => {
    const size = new ResizeObserver(() => drawSoon(draw))
    size.observe(element.current as HTMLDivElement)
    // What nobody sees is drawn when it is scrolled to: a little before, so that nobody sees it empty.
    const sight = new IntersectionObserver(
      ([entry]) => {
        inSight.current = entry.isIntersecting
        if (entry.isIntersecting) drawNext(draw)
      },
      { rootMargin: '200px' },
    )
    sight.observe(element.current as HTMLDivElement)
    return () => {
      size.disconnect()
      sight.disconnect()
      drawNever(draw)
      chart.current?.dispose()
      chart.current = null
    }
  }, [draw])

  useEffect(() => {
    latest.current = build
    drawNext(draw)
  }, [build, draw])

  useEffect(() => onChange(() => drawSoon(draw)), [onChange, draw])

  return <div ref={element} className={className} role="img" aria-label={label} />
})
