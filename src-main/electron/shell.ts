/** Tray, dock, taskbar and sleep, as the active run has them. What they show is worked out in shell-state.ts. */
import { join } from 'node:path'
import { app, type BrowserWindow, Menu, nativeImage, powerSaveBlocker, Tray } from 'electron'
import type { Host } from '../host/host.ts'
import { idle, type ShellState, sameState, shellState } from './shell-state.ts'
import { t } from './text.ts'
import { show } from './window.ts'

export class Shell {
  state = idle
  readonly tray: Tray | undefined
  readonly #host: Host
  readonly #window: BrowserWindow
  #blocker: number | undefined

  /** @param icons folder of the tray's pictures */
  constructor(host: Host, window: BrowserWindow, icons: string) {
    this.#host = host
    this.#window = window
    this.tray = makeTray(icons)
    this.tray?.on('click', () => show(window))
    this.#apply(idle)
    void this.#follow()
  }

  async #follow(): Promise<void> {
    for await (const event of this.#host.subscribe()) {
      if (event.type !== 'run') continue
      const state = shellState(this.#host.active)
      if (!sameState(state, this.state)) this.#apply(state)
    }
  }

  /** In the language that is spoken from now on. */
  sayAgain(): void {
    this.#apply(shellState(this.#host.active))
  }

  #apply(state: ShellState): void {
    this.state = state
    this.#stayAwake(state.awake)
    if (!this.#window.isDestroyed()) this.#window.setProgressBar(state.progress ?? -1, { mode: state.mode })
    this.tray?.setToolTip(state.tooltip)
    if (process.platform === 'darwin') this.tray?.setTitle(state.title)
    this.tray?.setContextMenu(this.#menu(state))
  }

  #stayAwake(awake: boolean): void {
    if (awake) this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension')
    else if (this.#blocker !== undefined) {
      powerSaveBlocker.stop(this.#blocker)
      this.#blocker = undefined
    }
  }

  #menu({ tooltip, progress, pauseLabel }: ShellState): Menu {
    return Menu.buildFromTemplate([
      ...(progress === null ? [] : [{ label: tooltip, enabled: false }]),
      { label: t('Show'), click: () => show(this.#window) },
      ...(pauseLabel === null
        ? []
        : [{ label: pauseLabel === 'Pause' ? t('Pause') : t('Go on'), click: () => this.#steer(pauseLabel) }]),
      { type: 'separator' },
      { label: t('Quit'), click: () => app.quit() },
    ])
  }

  #steer(label: 'Pause' | 'Go on'): void {
    const { active } = this.#host
    // it may have ended since the menu was made
    if (active) this.#host.steer(active.id, { kind: label === 'Pause' ? 'pause' : 'resume' })
  }
}

/** @returns undefined on a desktop that has none */
function makeTray(icons: string): Tray | undefined {
  const name = process.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png'
  try {
    return new Tray(nativeImage.createFromPath(join(icons, name)))
  } catch {
    return undefined
  }
}
