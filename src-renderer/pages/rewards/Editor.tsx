import { javascript } from '@codemirror/lang-javascript'
import { syntaxHighlighting } from '@codemirror/language'
import { type Diagnostic, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'
import { basicSetup } from 'codemirror'
import { useEffect, useRef } from 'react'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

interface EditorProps {
  code: string
  onChange(code: string): void
  /** Shown at their lines, which count from 1. */
  problems: { message: string; line: number | null }[]
  /** Mod-Enter. */
  onRun(): void
}

/** The text of a reward. Esc, then Tab leaves it by keyboard, as in every CodeMirror. */
export function Editor({ code, onChange, problems, onRun }: EditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const heard = useRef({ onChange, onRun })
  heard.current = { onChange, onRun }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the first text only, later ones come by the next effect
  useEffect(() => {
    const run = () => {
      heard.current.onRun()
      return true
    }
    const made = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: code,
        extensions: [
          keymap.of([{ key: 'Mod-Enter', run }]),
          basicSetup,
          javascript({ typescript: true }),
          syntaxHighlighting(classHighlighter),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': t('Code of the reward') }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) heard.current.onChange(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    return () => made.destroy()
  }, [])

  useEffect(() => {
    const shown = view.current
    if (!shown || shown.state.doc.toString() === code) return
    shown.dispatch({ changes: { from: 0, to: shown.state.doc.length, insert: code } })
  }, [code])

  useEffect(() => {
    const shown = view.current
    if (!shown) return
    const { doc } = shown.state
    const marks = problems.flatMap(({ message, line }): Diagnostic[] => {
      if (line === null || line > doc.lines) return []
      const { from, to } = doc.line(line)
      return [{ from, to, severity: 'error', message }]
    })
    shown.dispatch(setDiagnostics(shown.state, marks))
  }, [problems])

  return <div ref={place} className={styles.editor} />
}
