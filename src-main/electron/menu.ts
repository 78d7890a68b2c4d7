import { app, dialog, Menu, type MenuItemConstructorOptions, shell } from 'electron'
import { type Opening, recipeExtension } from './openings.ts'
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
      label: 'File',
      submenu: [
        { label: 'Open recipe…', accelerator: 'CmdOrCtrl+O', click: () => void chooseRecipe(open) },
        { label: 'Show data folder', click: () => void shell.openPath(dataFolder) },
        ...(canUpdate() ? [{ label: 'Look for a newer version…', click: () => void lookForUpdate() }] : []),
        { type: 'separator' },
        { role: mac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
      ],
    },
    { role: 'windowMenu' },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}

async function chooseRecipe(open: (opening: Opening) => void): Promise<void> {
  const { filePaths } = await dialog.showOpenDialog({
    properties: ['openFile'],
    filters: [{ name: 'Recipes', extensions: [recipeExtension.slice(1), 'json'] }],
  })
  if (filePaths[0]) open({ file: filePaths[0] })
}
