/** Through a page by Tab alone. */
import type { Page } from '@playwright/test'

export interface Walk {
  /** What was focused without a ring around it. */
  unseen: string[]
  /** What can be clicked and was not come to. */
  unreached: string[]
  presses: number
}

/** From the rail's end to the page's. @throws if the focus does not leave the page again: it is trapped, or the page has no end */
export async function walkPage(page: Page, most = 160): Promise<Walk> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').last().focus()
  const unseen: string[] = []
  for (let presses = 1; presses <= most; presses++) {
    await page.keyboard.press('Tab')
    const { outside, bare } = await page.evaluate(mark)
    if (bare) unseen.push(bare)
    if (outside) return { unseen, unreached: await page.evaluate(left), presses }
  }
  throw new Error(`After ${most} presses of Tab the focus is still in the page: ${await page.evaluate(where)}`)
}

const where = () => document.activeElement?.outerHTML.slice(0, 160)

function mark(): { outside: boolean; bare: string | null } {
  const element = document.activeElement
  if (!(element instanceof HTMLElement) || !element.closest('main')) return { outside: true, bare: null }
  element.dataset.reached = 'true'
  const ringed = (one: Element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one)
    return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
  }
  // of a choice that is drawn as a label, the label has it; of a field of pills or an editor, the frame
  const frame = element.closest('.cm-editor')?.parentElement ?? element.closest('.mantine-Input-input')
  const drawn = [element, element.nextElementSibling, element.parentElement, frame ?? null]
  const seen = drawn.some((one) => one !== null && ringed(one))
  return { outside: false, bare: seen ? null : element.outerHTML.slice(0, 160) }
}

function left(): string[] {
  const all = [...document.querySelectorAll<HTMLElement>('main :is(a[href], button, input, select, textarea)')]
  const isLeft = (element: HTMLElement) => {
    // one of several that arrow keys lead through
    if (element.tabIndex < 0 || element.dataset.reached || element.matches(':disabled')) return false
    if (element instanceof HTMLInputElement && element.type === 'radio') return false
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: false })
  }
  const names = all.filter(isLeft).map((element) => element.outerHTML.slice(0, 160))
  for (const element of document.querySelectorAll<HTMLElement>('[data-reached]')) delete element.dataset.reached
  return names
}

/** What a page of this width cuts off: itself, where it would have to be scrolled sideways, and controls beyond its edges. */
export async function cutOff(page: Page, width: number): Promise<string[]> {
  const before = page.viewportSize()!
  await page.setViewportSize({ width, height: Math.round((width * 9) / 16) })
  // charts and lists take their new size in the frame after
  await page.waitForTimeout(150)
  const cut = await page.evaluate(beyond)
  await page.setViewportSize(before)
  return cut
}

function beyond(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement
  const page = document.querySelector('main') as HTMLElement
  const scrolled = scrollWidth > clientWidth || page.scrollWidth > page.clientWidth ? ['the page'] : []
  const isCut = (element: HTMLElement) => {
    const { left, right, width, height } = element.getBoundingClientRect()
    if (width < 2 || height < 2 || !element.checkVisibility({ visibilityProperty: true })) return false
    for (let box = element.parentElement; box; box = box.parentElement) {
      const { overflowX } = getComputedStyle(box)
      const edges = box.getBoundingClientRect()
      if (overflowX === 'visible' || (right <= edges.right + 1 && left >= edges.left - 1)) continue
      // what is made to be scrolled sideways, by keys too, hides nothing
      return !(overflowX === 'auto' && box.tabIndex === 0)
    }
    return right > clientWidth + 1 || left < -1
  }
  const controls = [...page.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea')]
  return [...scrolled, ...controls.filter(isCut).map((element) => element.outerHTML.slice(0, 160))]
}
