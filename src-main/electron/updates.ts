/** A newer version: looked for when the person asks, and never otherwise. Where, whoever packaged the app has said. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { app, dialog } from 'electron'

/** A package that was made without an address has none to ask. */
export const canUpdate = () => app.isPackaged && existsSync(join(process.resourcesPath, 'app-update.yml'))

export async function lookForUpdate(): Promise<void> {
  const { default: updater } = await import('electron-updater')
  const { autoUpdater } = updater
  autoUpdater.autoDownload = false
  autoUpdater.autoInstallOnAppQuit = false
  try {
    const found = await autoUpdater.checkForUpdates()
    if (!found?.isUpdateAvailable) {
      await dialog.showMessageBox({ message: `grpo-studio ${app.getVersion()} is the newest version.` })
      return
    }
    const { version } = found.updateInfo
    if (!(await agreed(`grpo-studio ${version} can be had`, 'Download it now?', 'Download'))) return
    await autoUpdater.downloadUpdate()
    const detail = 'A run that trains is paused at a checkpoint first.'
    if (await agreed(`grpo-studio ${version} is ready`, detail, 'Install and start again')) autoUpdater.quitAndInstall()
  } catch (error) {
    dialog.showErrorBox('The newest version could not be looked for.', (error as Error).message)
  }
}

async function agreed(message: string, detail: string, yes: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox({ message, detail, buttons: [yes, 'Later'], cancelId: 1 })
  return response === 0
}
