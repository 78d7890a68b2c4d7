/** A recipe file of the person's own machine: chosen, or dropped onto the dialog. */
import { type DragEvent, useState } from 'react'
import { plain } from '../../format/number.ts'
import { api } from '../../stores/host.ts'
import { t } from '../../text/t.ts'
import type { Imported } from './chosen.ts'

/** The largest recipe that comes along has a hundredth of this. */
const mostBytes = 1_000_000

/** Throws what is wrong with it, with the way out. */
export async function readRecipe(file: File): Promise<Imported> {
  if (file.size > mostBytes)
    throw new Error(
      t('{{file}} has {{size}} MB: a recipe has at most 1. Is it another file?', {
        file: file.name,
        size: plain(Math.ceil(file.size / 1e6)),
      }),
    )
  return { file: file.name, info: await api().recipes.read({ text: await file.text(), name: file.name }) }
}

/** Handlers of what files may be dropped onto, and whether one hangs over it. */
export function useDrop(onFile: (file: File) => void) {
  const [over, setOver] = useState(false)
  const isFile = (event: DragEvent) => event.dataTransfer.types.includes('Files')
  return {
    over,
    onDragOver(event: DragEvent) {
      if (!isFile(event)) return
      event.preventDefault()
      setOver(true)
    },
    onDragLeave(event: DragEvent) {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false)
    },
    onDrop(event: DragEvent) {
      if (!isFile(event)) return
      event.preventDefault()
      setOver(false)
      const [file] = event.dataTransfer.files
      if (file) onFile(file)
    },
  }
}
