import { Button, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { findIn, foldedFrom, pieceEnd, pieceSize, piecesBetween } from '../text/pieces.ts'
import { t } from '../text/t.ts'
import { visible } from '../text/visible.ts'
import { Formulas } from './Formulas.tsx'
import styles from './ModelText.module.css'

interface Props {
  text: string
  className?: string
  /** How a piece is drawn, if not as it stands with its formulas typeset. It gets what can be seen. */
  draw?: (piece: string) => ReactNode
}

const typeset = (piece: string) => <Formulas text={piece} />

/** What a model wrote: only ever text, all of it to be seen, its direction of writing kept to itself. What is long is folded. */
export const ModelText = memo(function ModelText({ text, className, draw }: Props) {
  if (text.length > foldedFrom) return <Folded text={text} className={className} draw={draw} />
  const all = visible(text)
  return (
    <p className={`${styles.text} ${className ?? ''}`} dir="auto">
      {(draw ?? typeset)(all)}
    </p>
  )
})

const whole = (count: number) => count.toLocaleString('en')

/** Pieces that one click unfolds. */
const unfolded = 5

function Folded({ text, className, draw }: Props) {
  const [[from, to], setShown] = useState<readonly [number, number]>([0, pieceEnd(text, pieceSize)])
  const [found, setFound] = useState<readonly [number, number] | null>(null)
  const pieces = useMemo(() => piecesBetween(text, from, to), [text, from, to])
  const more = () => setShown([from, pieceEnd(text, to + unfolded * pieceSize)])
  const earlier = () => setShown([Math.max(0, from - unfolded * pieceSize), to])

  const find = (wanted: string) => {
    const at = findIn(text, wanted, found ? found[0] + 1 : 0)
    setFound(at === null ? null : [at, wanted.length])
    if (at !== null && (at < from || at + wanted.length > to)) {
      const start = at < pieceSize ? 0 : at - 1000
      setShown([start, pieceEnd(text, start + pieceSize)])
    }
    return at !== null
  }
  return (
    <>
      <Tools
        shown={t('{{shown}} of {{all}} characters shown', { shown: whole(to - from), all: whole(text.length) })}
        onFind={find}
        onText={() => setFound(null)}
      />
      {from > 0 && (
        <Button size="compact-xs" variant="default" onClick={earlier}>
          {t('Show earlier')}
        </Button>
      )}
      <p className={`${styles.text} ${className ?? ''}`} dir="auto">
        {pieces.map(([start, end]) => (
          <Piece key={start} text={text} start={start} end={end} found={found} draw={draw} />
        ))}
      </p>
      {to < text.length && (
        <Button size="compact-xs" variant="default" onClick={more}>
          {t('Show more')}
        </Button>
      )}
    </>
  )
}

/** What lies above is laid out only when it comes near, and moves the place away: so it is gone to again for some frames. */
function comeTo(place: HTMLElement): () => void {
  let frames = 8
  let next = 0
  const go = () => {
    place.scrollIntoView({ block: 'center' })
    if (frames-- > 0) next = requestAnimationFrame(go)
  }
  go()
  return () => cancelAnimationFrame(next)
}

interface PieceProps extends Props {
  start: number
  end: number
  found: readonly [at: number, length: number] | null
}

const Piece = memo(
  function Piece({ text, start, end, found, draw }: PieceProps) {
    const mark = useRef<HTMLElement>(null)
    const inside = found && found[0] >= start && found[0] < end ? found : null
    useEffect(() => (inside && mark.current ? comeTo(mark.current) : undefined), [inside])
    const drawn = (piece: string) => (draw ?? typeset)(visible(piece))
    if (!inside) return <span className={styles.piece}>{drawn(text.slice(start, end))}</span>
    const [at, length] = inside
    return (
      <span className={styles.piece} data-found>
        {drawn(text.slice(start, at))}
        <mark ref={mark}>{visible(text.slice(at, at + length))}</mark>
        {drawn(text.slice(at + length, end))}
      </span>
    )
  },
  (a, b) => a.text === b.text && a.start === b.start && a.end === b.end && a.draw === b.draw && within(a) === within(b),
)

const within = ({ found, start, end }: PieceProps) => (found && found[0] >= start && found[0] < end ? found : null)

function Tools(props: { shown: string; onFind(wanted: string): boolean; onText(): void }) {
  const { shown, onFind, onText } = props
  const [wanted, setWanted] = useState('')
  const [missing, setMissing] = useState(false)
  return (
    <div className={styles.tools}>
      <span role="status">{missing ? t('“{{wanted}}” is not in it', { wanted }) : shown}</span>
      <TextInput
        aria-label={t('Find in this text')}
        placeholder={t('find in it, ↵')}
        size="xs"
        leftSection={<IconSearch size="0.75rem" aria-hidden="true" />}
        value={wanted}
        onChange={(event) => {
          setWanted(event.currentTarget.value)
          setMissing(false)
          onText()
        }}
        onKeyDown={(event) => event.key === 'Enter' && setMissing(!onFind(wanted))}
      />
    </div>
  )
}
