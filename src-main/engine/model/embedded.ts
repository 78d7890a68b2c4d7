/** Where the model that comes with the app lies. */
import { fileURLToPath } from 'node:url'

// A bundle lies one folder less deep than this source.
const root = import.meta.url.endsWith('.js') ? '../..' : '../../..'
const folder = fileURLToPath(new URL(`${root}/resources/model`, import.meta.url))

/** The folder that a recipe's or a command's model name means. @param model "embedded", or a folder */
export function modelFolder(model: string): string {
  return model === 'embedded' ? folder : model
}
