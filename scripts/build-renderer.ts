/** Builds the window for browser mode: the same settings as Electron's, without the need to build its main process. */
import { build } from 'vite'
import config from '../electron.vite.config.ts'

await build({ ...config.renderer, configFile: false, logLevel: 'warn' })
