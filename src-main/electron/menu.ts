import { app, dialog, Menu, type MenuItemConstructorOptions, shell } from 'electron'
import { type Opening, recipeExtension } from './openings.ts'
import { t } from './text.ts'
import { canUpdate, lookForUpdate } from './updates.ts'

/**
 * @param dataFolder shown from the file menu
 * @param open what the person chose
 */
export function setMenu(dataFolder: string, open: (opening: Opening) => void): void {
  const mac = process.platform === 'darwin'
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: t('File'),
      submenu: [
        { label: t('Open recipe…'), accelerator: 'CmdOrCtrl+O', click: () => void chooseRecipe(open) },
        { label: t('Show data folder'), click: () => void shell.openPath(dataFolder) },
        ...(canUpdate() ? [{ label: t('Look for a newer version…'), click: () => void lookForUpdate() }] : []),
        { type: 'separator' },
        mac ? { role: 'close', label: t('Close') } : { role: 'quit', label: t('Quit') },
      ],
    },
    {
      label: t('Edit'),
      submenu: [
        { role: 'undo', label: t('Undo') },
        { role: 'redo', label: t('Redo') },
        { type: 'separator' },
        { role: 'cut', label: t('Cut') },
        { role: 'copy', label: t('Copy') },
        { role: 'paste', label: t('Paste') },
        { role: 'selectAll', label: t('Select all') },
      ],
    },
    {
      label: t('View'),
      submenu: [
        { role: 'resetZoom', label: t('Actual size') },
        { role: 'zoomIn', label: t('Larger') },
        { role: 'zoomOut', label: t('Smaller') },
        { type: 'separator' },
        { role: 'togglefullscreen', label: t('Full screen') },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
      ],
    },
    { role: 'windowMenu', label: t('Window') },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}

async function chooseRecipe(open: (opening: Opening) => void): Promise<void> {
  const { filePaths } = await dialog.showOpenDialog({
    properties: ['openFile'],
    filters: [{ name: t('Recipes'), extensions: [recipeExtension.slice(1), 'json'] }],
  })
  if (filePaths[0]) open({ file: filePaths[0] })
}
