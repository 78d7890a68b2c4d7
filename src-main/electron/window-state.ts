/** Where the window was: it opens there again, as long as a display still shows that place. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { app, type BrowserWindow, type Rectangle, screen } from 'electron'

interface WindowState {
  bounds: Rectangle
  maximized: boolean
}

const file = () => join(app.getPath('userData'), 'window-state.json')

export function lastWindowState(): WindowState {
  const fallback = { bounds: { x: 0, y: 0, width: 1440, height: 900 }, maximized: false }
  try {
    const state = JSON.parse(readFileSync(file(), 'utf8')) as WindowState
    const { x, y, width, height } = state.bounds
    const shown = screen.getAllDisplays().some(({ workArea: a }) => {
      const across = Math.min(x + width, a.x + a.width) - Math.max(x, a.x)
      const down = Math.min(y + height, a.y + a.height) - Math.max(y, a.y)
      return across > 200 && down > 100
    })
    if (shown) return state
  } catch {
    // The first start, or a file that somebody edited.
  }
  const { workArea } = screen.getPrimaryDisplay()
  const width = Math.min(fallback.bounds.width, workArea.width)
  const height = Math.min(fallback.bounds.height, workArea.height)
  const x = workArea.x + Math.round((workArea.width - width) / 2)
  const y = workArea.y + Math.round((workArea.height - height) / 2)
  return { bounds: { x, y, width, height }, maximized: false }
}

export function rememberWindowState(window: BrowserWindow): void {
  window.on('close', () => {
    const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() }
    try {
      writeFileSync(file(), JSON.stringify(state))
    } catch {
      // It opens in the middle next time.
    }
  })
}
