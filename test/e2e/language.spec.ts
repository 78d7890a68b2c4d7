import { expect, test } from './support/fixtures.ts'

test('the window speaks Chinese when it is asked to, keeps it, and speaks English again', async ({ studio }) => {
  await studio.openRecorded()
  const { page } = studio
  await page.keyboard.press('ControlOrMeta+,')
  await page.getByText('简体中文', { exact: true }).click()
  await expect(page.getByRole('heading', { name: '设置', level: 1 })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans')

  await page.reload()
  const rail = page.getByRole('navigation')
  const pages = ['运行', '实时', '组', '轨迹', '流水线', '对比', '警报', '评测', '库', '帮助']
  for (const name of pages) {
    await rail.getByRole('link', { name, exact: true }).click()
    await expect(rail.getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'page')
  }
  await rail.getByRole('link', { name: '实时', exact: true }).click()
  await expect(page.getByRole('textbox', { name: '温度', exact: true })).toBeVisible()
  await expect(page.locator('main header').first()).toContainText('已完成')

  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toContainText('键盘快捷键')
  await page.keyboard.press('Escape')
  await page.keyboard.press('ControlOrMeta+,')
  await page.getByText('English', { exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible()
})
