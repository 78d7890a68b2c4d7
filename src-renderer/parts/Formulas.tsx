import { memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useView } from '../stores/use.ts'
import { piecesOf } from '../text/formulas.ts'
import styles from './Formulas.module.css'

interface FormulasProps {
  text: string
  /** What is between the formulas; as it stands where this is left out. */
  plain?: (text: string) => ReactNode
  /** What is said of a formula, by how it is written. */
  mark?: (text: string) => { className: string; title: string } | undefined
}

/** A text with its formulas typeset, where the person wants that. */
export const Formulas = memo(function Formulas({ text, plain = (part) => part, mark }: FormulasProps) {
  const wanted = useView((v) => v.formulas)
  const pieces = useMemo(() => (wanted ? piecesOf(text) : [{ text }]), [wanted, text])
  let at = 0
  return pieces.map((piece) => {
    at += piece.text.length
    if (!('tex' in piece)) return <Part key={at}>{plain(piece.text)}</Part>
    const said = mark?.(piece.text)
    const formula = <Formula key={at} {...piece} />
    return said ? (
      <span key={at} {...said}>
        {formula}
        <span className="hidden-text"> ({said.title})</span>
      </span>
    ) : (
      formula
    )
  })
})

const Part = ({ children }: { children: ReactNode }) => <>{children}</>

/** As it was written until it is typeset, and where it cannot be. */
export const Formula = memo(function Formula({ text, tex, display }: { text: string; tex: string; display: boolean }) {
  const place = useRef<HTMLSpanElement>(null)
  const [set, setSet] = useState(false)
  useEffect(() => {
    let wanted = true
    void import('../text/typeset.ts').then(({ typeset }) => {
      if (wanted && place.current) setSet(typeset(place.current, tex, display))
    })
    return () => {
      wanted = false
    }
  }, [tex, display])
  return (
    <>
      <span ref={place} className={styles.formula} data-display={display} hidden={!set} />
      {!set && text}
    </>
  )
})
