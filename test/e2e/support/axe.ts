import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** What another theme can break; all else is the same in both. */
export const rulesOfColour = ['color-contrast', 'link-in-text-block']

/** What axe has to say against the page as it is, with the elements meant. @param rules all of axe's by default */
export async function violations(page: Page, rules?: string[]): Promise<string[]> {
  // A message or tooltip that fades has too little contrast on its way.
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter((a) => a.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
    await Promise.allSettled(ending.map((animation) => animation.finished))
  })
  // In this page alone: another one, which axe would finish its work in, is for frames, which we have none of; it takes four times as
  // long, and Electron cannot open it.
  const builder = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
  if (rules) builder.withRules(rules)
  const results = await builder.analyze()
  return results.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).join(' | ')}`)
}
