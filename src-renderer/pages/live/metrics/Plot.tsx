import { memo, type PointerEvent, type ReactNode, useCallback, useEffect, useRef } from 'react'
import { showStep } from '../../../actions/groups.ts'
import { abscissaOf, type Over, spanOf } from '../../../charts/abscissa.ts'
import { type Frame, type Range, shareOf, stepAt, zoomed } from '../../../charts/frame.ts'
import { liveStore, newestStep } from '../../../stores/live.ts'
import { fullRange } from '../../../stores/range.ts'
import { routeStore } from '../../../stores/route.ts'
import { shownStep } from '../../../stores/shown.ts'
import type { Mark } from '../../../stores/story.ts'
import { cursorStore, viewStore } from '../../../stores/view.ts'
import type { MarkSpot } from './MarkCard.tsx'
import styles from './Metrics.module.css'

interface PlotProps {
  /** Steps. */
  range: Range
  over: Over
  growing: boolean
  frame: Frame
  marks: Mark[]
  onMark: (spot: MarkSpot | null) => void
  children: ReactNode
}

/** Pixels within which the pointer is "on" a mark, and past which a press becomes a brush. */
const near = 7
const drag = 5

const place = (share: number, frame: Frame) =>
  `calc(${frame.left}px + ${share} * (100% - ${frame.left + frame.right}px))`

/**
 * The pointer's side of a chart: a cursor shared by all charts, wheel and brush to zoom them together, a click to look at a step's
 * groups, double click to show everything again. Lines are laid over the canvas, so that moving them draws nothing anew.
 */
export const Plot = memo(function Plot({ range, over, growing, frame, marks, onMark, children }: PlotProps) {
  const area = useRef<HTMLDivElement>(null)
  const cursor = useRef<HTMLDivElement>(null)
  const shown = useRef<HTMLDivElement>(null)
  const brush = useRef<HTMLDivElement>(null)
  const pressed = useRef<{ x: number; step: number } | null>(null)

  const xOf = (event: { clientX: number }) =>
    event.clientX - (area.current as HTMLDivElement).getBoundingClientRect().left
  const width = () => (area.current as HTMLDivElement).clientWidth
  /** As the chart has it now: it grows with the run. */
  const scale = useCallback(() => {
    const abscissa = abscissaOf(over, liveStore.getState().columns)
    return { ...abscissa, span: spanOf(abscissa, range, growing) }
  }, [over, range, growing])
  const stepUnder = (x: number): number => {
    const { span, toStep } = scale()
    return toStep(stepAt(x, width(), frame, span))
  }

  useEffect(() => {
    const move = (line: HTMLDivElement | null, step: number | null) => {
      if (!line) return
      const { span, toX } = scale()
      const share = step === null ? -1 : shareOf(toX(step), span)
      const visible = share >= 0 && share <= 1
      line.style.display = visible ? 'block' : 'none'
      if (visible) line.style.left = place(share, frame)
    }
    const update = () => {
      const route = routeStore.getState()
      move(cursor.current, cursorStore.getState().step)
      const fixed = route.page === 'live' && route.step !== null
      move(shown.current, fixed ? shownStep(route, liveStore.getState()) : null)
    }
    update()
    const stops = [cursorStore.subscribe(update), routeStore.subscribe(update)]
    return () => {
      for (const stop of stops) stop()
    }
  }, [scale, frame])

  useEffect(() => {
    const element = area.current as HTMLDivElement
    const wheel = (event: WheelEvent) => {
      if (event.shiftKey || event.deltaY === 0) return
      event.preventDefault()
      const around = stepUnder(xOf(event))
      // several turns of a wheel come before the window is drawn anew
      const all = fullRange(liveStore.getState())
      const from = viewStore.getState().zoom ?? all
      viewStore.setState({ zoom: zoomed(from, around, event.deltaY > 0 ? 1.25 : 0.8, all) })
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => element.removeEventListener('wheel', wheel)
  })

  const marksNear = (x: number, inner: number): Mark[] => {
    const { span, toX } = scale()
    const distance = (m: Mark) => Math.abs(frame.left + shareOf(toX(m.step), span) * inner - x)
    const close = marks.filter((m) => m.step >= range[0] && m.step <= range[1] && distance(m) <= near)
    const nearest = Math.min(...close.map(distance))
    return close.filter((m) => distance(m) === nearest)
  }

  const onMove = (event: PointerEvent) => {
    const x = xOf(event)
    // before the cursor is moved, after which the page would be measured anew
    const inner = width() - frame.left - frame.right
    const step = Math.round(stepUnder(x))
    const { step: before } = cursorStore.getState()
    const known = Math.min(step, newestStep(liveStore.getState()))
    if (known !== before) cursorStore.setState({ step: known })
    const found = pressed.current ? [] : marksNear(x, inner)
    onMark(found.length > 0 ? { x: event.clientX, y: event.clientY, marks: found } : null)
    const start = pressed.current
    const box = brush.current
    if (!start || !box) return
    const wide = Math.abs(x - start.x) > drag
    box.style.display = wide ? 'block' : 'none'
    box.style.left = `${Math.min(x, start.x)}px`
    box.style.width = `${Math.abs(x - start.x)}px`
  }

  const onUp = (event: PointerEvent) => {
    const start = pressed.current
    pressed.current = null
    if (brush.current) brush.current.style.display = 'none'
    if (!start || event.button !== 0) return
    const x = xOf(event)
    const end = stepUnder(x)
    if (Math.abs(x - start.x) <= drag) showStep(Math.round(end))
    else if (Math.abs(end - start.step) >= 2)
      viewStore.setState({ zoom: [Math.round(Math.min(start.step, end)), Math.round(Math.max(start.step, end))] })
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the same is done by keys: see actions/charts.ts and actions/groups.ts
    <div
      ref={area}
      className={styles.plot}
      onPointerMove={onMove}
      onPointerLeave={() => {
        cursorStore.setState({ step: null })
        onMark(null)
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        pressed.current = { x: xOf(event), step: stepUnder(xOf(event)) }
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerUp={onUp}
      onDoubleClick={() => viewStore.setState({ zoom: null })}
    >
      {children}
      <div ref={shown} className={styles.shownLine} style={{ top: frame.top, bottom: frame.bottom }} />
      <div ref={cursor} className={styles.cursorLine} style={{ top: frame.top, bottom: frame.bottom }} />
      <div ref={brush} className={styles.brush} style={{ top: frame.top, bottom: frame.bottom }} />
    </div>
  )
})
