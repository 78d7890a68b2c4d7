/** The pictures of the help: those of the docs, small enough to come with the window. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { type HelpPicture, helpPictures } from '../../../src-renderer/pages/help/pictures.ts'
import { projectFolder } from './shell.ts'

const folder = join(projectFolder, 'src-renderer', 'pages', 'help', 'pictures')
/** Small text is still read with it. */
const quality = 0.6

/** Cut from a picture of 1440 × 900; all of them keep its shape. */
const cut: Partial<Record<HelpPicture, { of: string; left: number; top: number; width: number; height: number }>> = {
  'new-run': { of: 'new-run', left: 120, top: 75, width: 1200, height: 750 },
  steering: { of: 'live', left: 600, top: 84, width: 840, height: 525 },
  palette: { of: 'palette', left: 320, top: 75, width: 800, height: 500 },
}

/** @param page any: Chromium encodes them */
export async function writeHelpPictures(page: Page, screenshots: string, scheme: 'dark' | 'light'): Promise<void> {
  for (const name of helpPictures) {
    const { of, ...area } = cut[name] ?? { of: name, left: 0, top: 0, width: 1440, height: 900 }
    const png = readFileSync(join(screenshots, `${of}-${scheme}.png`)).toString('base64')
    const webp = await page.evaluate(encoded, { png, area, width: Math.min(1280, area.width), quality })
    writeFileSync(join(folder, `${name}-${scheme}.webp`), Buffer.from(webp, 'base64'))
  }
}

async function encoded(job: {
  png: string
  area: { left: number; top: number; width: number; height: number }
  width: number
  quality: number
}): Promise<string> {
  const { left, top, width, height } = job.area
  const image = new Image()
  image.src = `data:image/png;base64,${job.png}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = job.width
  canvas.height = Math.round((job.width * height) / width)
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, left, top, width, height, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL('image/webp', job.quality).split(',')[1]
}
