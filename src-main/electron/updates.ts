/** A newer version: looked for when the person asks, and never otherwise. Where, whoever packaged the app has said. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { app, dialog } from 'electron'
import { t } from './text.ts'

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
      await dialog.showMessageBox({
        message: t('grpo-studio {{version}} is the newest version.', { version: app.getVersion() }),
      })
      return
    }
    const { version } = found.updateInfo
    if (!(await agreed(t('grpo-studio {{version}} can be had', { version }), t('Download it now?'), t('Download'))))
      return
    await autoUpdater.downloadUpdate()
    const detail = t('A run that trains is paused at a checkpoint first.')
    const ready = t('grpo-studio {{version}} is ready', { version })
    if (await agreed(ready, detail, t('Install and start again'))) autoUpdater.quitAndInstall()
  } catch (error) {
    dialog.showErrorBox(t('The newest version could not be looked for.'), (error as Error).message)
  }
}

async function agreed(message: string, detail: string, yes: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox({ message, detail, buttons: [yes, t('Later')], cancelId: 1 })
  return response === 0
}
