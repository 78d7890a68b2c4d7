import { memo, type ReactNode, useEffect, useRef } from 'react'
import { type Frame, type Range, shareOf, stepAt } from '../../charts/frame.ts'
import { cursorStore } from '../../stores/view.ts'
import styles from './Page.module.css'

/** One cursor for all charts of the page, laid over the canvas so that moving it draws nothing anew. */
export const StepCursor = memo(function StepCursor(props: { range: Range; frame: Frame; children: ReactNode }) {
  const { range, frame, children } = props
  const area = useRef<HTMLDivElement>(null)
  const line = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const move = () => {
      const { step } = cursorStore.getState()
      const element = line.current as HTMLDivElement
      const visible = step !== null && step >= range[0] && step <= range[1]
      element.style.display = visible ? 'block' : 'none'
      if (visible)
        element.style.left = `calc(${frame.left}px + ${shareOf(step, range)} * (100% - ${frame.left + frame.right}px))`
    }
    move()
    return cursorStore.subscribe(move)
  }, [range, frame])

  return (
    <div
      ref={area}
      className={styles.plot}
      onPointerMove={(event) => {
        const { left, width } = (area.current as HTMLDivElement).getBoundingClientRect()
        const step = Math.round(stepAt(event.clientX - left, width, frame, range))
        if (step !== cursorStore.getState().step) cursorStore.setState({ step })
      }}
      onPointerLeave={() => cursorStore.setState({ step: null })}
    >
      {children}
      <div ref={line} className={styles.cursorLine} style={{ top: frame.top, bottom: frame.bottom }} />
    </div>
  )
})
