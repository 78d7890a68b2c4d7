import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { t } from '../text/t.ts'
import styles from './Hints.module.css'
import { placeOf, type Side } from './hint.ts'

const delayMs = 350

/**
 * The one hint of the window: what carries `hint(…)` tells it under the pointer and on keyboard focus. A component around each
 * element would cost every drawing of the page; and this one leaves Escape to whatever else it means.
 */
export function Hints() {
  const [target, setTarget] = useState<HTMLElement | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const id = useId()

  useEffect(() => {
    let candidate: HTMLElement | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    const consider = (next: HTMLElement | null) => {
      if (next === candidate) return
      candidate = next
      clearTimeout(timer)
      setTarget(null)
      if (next) timer = setTimeout(() => next.isConnected && setTarget(next), delayMs)
    }
    const found = (event: Event) =>
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-hint]') : null
    const over = (event: Event) => consider(found(event))
    const focus = (event: FocusEvent) => {
      if (event.target instanceof Element && event.target.matches(':focus-visible')) consider(found(event))
    }
    const away = () => consider(null)
    const dismiss = () => {
      clearTimeout(timer)
      setTarget(null)
    }
    const key = (event: KeyboardEvent) => event.key === 'Escape' && dismiss()
    const listeners = [
      ['pointerover', over],
      ['focusin', focus],
      ['focusout', away],
      // The hint of what was pressed is no longer needed; the pointer has to come anew for it.
      ['pointerdown', dismiss],
      ['keydown', key],
      ['scroll', dismiss],
    ] as const
    for (const [type, listener] of listeners) document.addEventListener(type, listener as EventListener, true)
    document.documentElement.addEventListener('pointerleave', away)
    return () => {
      clearTimeout(timer)
      for (const [type, listener] of listeners) document.removeEventListener(type, listener as EventListener, true)
      document.documentElement.removeEventListener('pointerleave', away)
    }
  }, [])

  useLayoutEffect(() => {
    const hint = box.current
    if (!target || !hint) return
    const place = placeOf(
      target.getBoundingClientRect(),
      { width: hint.offsetWidth, height: hint.offsetHeight },
      (target.dataset.hintSide as Side | undefined) ?? 'top',
      { width: window.innerWidth, height: window.innerHeight },
    )
    hint.style.left = `${place.left}px`
    hint.style.top = `${place.top}px`
    if (target.hasAttribute('aria-describedby')) return
    target.setAttribute('aria-describedby', id)
    return () => target.removeAttribute('aria-describedby')
  }, [target, id])

  if (!target) return null
  return (
    <section aria-label={t('Hint')}>
      <div ref={box} id={id} role="tooltip" className={styles.hint}>
        {target.dataset.hint}
      </div>
    </section>
  )
}
