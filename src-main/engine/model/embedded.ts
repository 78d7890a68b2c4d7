/** Where the model that comes with the app lies. */
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../resources/model', import.meta.url))

/** The folder that a recipe's or a command's model name means. @param model "embedded", or a folder */
export function modelFolder(model: string): string {
  return model === 'embedded' ? folder : model
}
