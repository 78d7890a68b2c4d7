/** Electron's face as far as the shell uses it, with what was done to it on record: its binary is not needed to see what the shell asks of it. */
import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { tmpdir } from 'node:os'

export class FakeContents extends EventEmitter {
  mainFrame = { url: 'about:blank' }
  sent: unknown[][] = []
  openHandler: ((details: { url: string }) => { action: string }) | undefined
  setWindowOpenHandler = (handler: FakeContents['openHandler']) => {
    this.openHandler = handler
  }
  getURL = () => this.mainFrame.url
  send = (...message: unknown[]) => void this.sent.push(message)
}

export class FakeWindow extends EventEmitter {
  static made: FakeWindow[] = []
  options: { webPreferences: Record<string, unknown> }
  webContents = new FakeContents()
  loaded: string[] = []
  progress: unknown[] = []
  hidden = false
  constructor(options: FakeWindow['options']) {
    super()
    this.options = options
    FakeWindow.made.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  async loadURL(address: string) {
    this.loaded.push(address)
    this.webContents.mainFrame.url = address
  }
  setProgressBar(...given: unknown[]) {
    this.progress = given
  }
  hide() {
    this.hidden = true
  }
  show() {
    this.hidden = false
  }
  focus() {}
  maximize() {}
  restore() {}
  isMinimized = () => false
  isMaximized = () => false
  isDestroyed = () => false
  getNormalBounds = () => ({ x: 0, y: 0, width: 1440, height: 900 })
}

class FakeApp extends EventEmitter {
  isPackaged = false
  first = true
  quits = 0
  handedOver: unknown
  requestSingleInstanceLock(data: unknown) {
    this.handedOver = data
    return this.first
  }
  whenReady = () => Promise.resolve()
  quit() {
    this.quits++
    this.emit('before-quit', { preventDefault() {} })
  }
  exit = () => {}
  getPath = () => tmpdir()
  getVersion = () => '0'
  getLocale = () => 'en-GB'
  setAsDefaultProtocolClient = () => true
}

export const app = new FakeApp()
export const BrowserWindow = FakeWindow
export const ipcMain = new EventEmitter()

type Permission = (contents: unknown, permission: string, answer: (may: boolean) => void) => unknown
export const granted: {
  request?: Permission
  check?: (contents: unknown, permission: string) => boolean
  device?: () => boolean
} = {}
export const session = {
  defaultSession: {
    setPermissionRequestHandler(handler: Permission) {
      granted.request = handler
    },
    setPermissionCheckHandler(handler: typeof granted.check) {
      granted.check = handler
    },
    setDevicePermissionHandler(handler: () => boolean) {
      granted.device = handler
    },
  },
}

export const schemes: { scheme: string; privileges: Record<string, boolean> }[] = []
export const served = new Map<string, (request: Request) => Promise<Response>>()
export const protocol = {
  registerSchemesAsPrivileged: (given: typeof schemes) => void schemes.push(...given),
  handle: (scheme: string, answer: (request: Request) => Promise<Response>) => void served.set(scheme, answer),
}
export const fetched: string[] = []
export const net = {
  fetch: async (address: string) => {
    fetched.push(address)
    return new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })
  },
}

export const blockers = new Set<number>()
let blocker = 0
export const powerSaveBlocker = {
  start(_kind: string) {
    blockers.add(++blocker)
    return blocker
  },
  stop: (id: number) => void blockers.delete(id),
}

interface MenuItem {
  label?: string
  enabled?: boolean
  submenu?: MenuItem[]
  click?(): void
}
export const menus: { application?: MenuItem[] } = {}
export const Menu = {
  buildFromTemplate: (template: MenuItem[]) => template,
  setApplicationMenu(template: MenuItem[]) {
    menus.application = template
  },
}
export class Tray extends EventEmitter {
  static made: Tray[] = []
  tooltip = ''
  menu: MenuItem[] = []
  constructor(_picture: unknown) {
    super()
    Tray.made.push(this)
  }
  setToolTip(text: string) {
    this.tooltip = text
  }
  setTitle() {}
  setContextMenu(menu: MenuItem[]) {
    this.menu = menu
  }
}
export const nativeImage = { createFromPath: (path: string) => ({ path }) }
export class Notification {
  static shown: unknown[] = []
  constructor(options: unknown) {
    Notification.shown.push(options)
  }
  show() {}
}

export const asked: { message: string }[] = []
export const dialog = {
  showMessageBox: async (...given: unknown[]) => {
    asked.push(given.at(-1) as { message: string })
    return { response: 0 }
  },
  showErrorBox: (message: string) => void asked.push({ message }),
  showOpenDialog: async () => ({ filePaths: [] }),
}
export const shell = { openPath: async () => '' }
const workArea = { x: 0, y: 0, width: 1920, height: 1080 }
export const screen = { getAllDisplays: () => [{ workArea }], getPrimaryDisplay: () => ({ workArea }) }

/** A forked Node with a utility process's face. */
export const utilityProcess = {
  fork(file: string, _args: string[], { env }: { env: NodeJS.ProcessEnv }) {
    const child = fork(file, [], { serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env })
    child.on('error', () => {})
    return Object.assign(child, { postMessage: (message: object) => child.connected && child.send(message, () => {}) })
  },
}
