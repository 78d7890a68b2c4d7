/** Where models lie: the one that comes with the app, and others. */
import { fileURLToPath } from 'node:url'
import { modelPath } from '../../library/places.ts'

// A bundle lies one folder less deep than this source.
const root = import.meta.url.endsWith('.js') ? '../..' : '../../..'
export const resourcesFolder = new URL(`${root}/resources/`, import.meta.url)
const folder = fileURLToPath(new URL('model', resourcesFolder))

/**
 * Where the model lies that a recipe or a command names.
 * @param model "embedded", the name of a fetched model, or a path
 * @throws StudioError not-found for a model that was not fetched yet
 */
export function modelFolder(model: string): string {
  return model === 'embedded' ? folder : modelPath(model)
}
